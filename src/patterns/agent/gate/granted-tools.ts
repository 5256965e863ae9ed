import type { Grant, ToolGrant } from "../grant.ts";
import type { AgentTool, AgentTools } from "../tool.ts";

/** A granted tool and how it may be used. */
export interface GrantedTool {
  readonly tool: AgentTool;
  readonly rules: ToolGrant;
}

/** `undefined` for a tool that is not granted, or not there: the name may be anything that a model can write. */
export function grantedTool(
  tools: AgentTools,
  grant: Grant,
  name: string,
): GrantedTool | undefined {
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  const given = Object.hasOwn(grant.tools, name) ? grant.tools[name] : undefined;
  if (tool === undefined || given === undefined) return undefined;
  const rules = given === true ? {} : (given as ToolGrant);
  return rules.calls === 0 ? undefined : { tool, rules };
}

/** What the model is shown: nothing but what it may use. */
export function grantedTools(tools: AgentTools, grant: Grant): AgentTools {
  return Object.fromEntries(
    Object.entries(tools).filter(([name]) => grantedTool(tools, grant, name) !== undefined),
  );
}
