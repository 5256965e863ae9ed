import type { Attributes } from "@opentelemetry/api";
import type { CallEvent } from "../call/event.ts";
import { toJson } from "../call/json.ts";
import type { ToolRecord } from "../call/tool-record.ts";
import type { CallGroup } from "../policies/telemetry.ts";
import { seamAttributes } from "./call-attributes.ts";

/** Agents and tools go by the conventions' names, other patterns by their own. */
export function groupName({ task, pattern, tool }: CallGroup): string {
  if (pattern === "agent") return `invoke_agent ${task}`;
  return tool === undefined ? `${pattern} ${task}` : `execute_tool ${tool.name}`;
}

/** What is known of a group when it begins. */
export function groupAttributes({ id, task, pattern, tool }: CallGroup): Attributes {
  return {
    "seam.call_id": id,
    "seam.task": task,
    "seam.pattern": pattern,
    ...(pattern === "agent" && {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": task,
    }),
    ...(tool !== undefined && {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": tool.name,
      "gen_ai.tool.call.id": tool.toolCallId,
      "gen_ai.tool.type": "function",
    }),
  };
}

/** What the span of a tool says once its call is over. Reasons quote arguments: they are content. */
export function toolAttributes(event: CallEvent, tool: ToolRecord): Attributes {
  return {
    ...seamAttributes(event),
    "seam.tool.outcome": tool.outcome,
    "seam.tool.effect": tool.effect ?? undefined,
    "seam.tool.stopped_by": tool.stoppedBy ?? undefined,
    "seam.tool.approved_by": tool.approval?.approved ? tool.approval.by : undefined,
    "seam.tool.untrusted": tool.untrusted,
    "seam.tool.cut_from": tool.cutFrom ?? undefined,
  };
}

/** Arguments and result of a tool, as far as the event holds them, as JSON texts. */
export function toolContent({ prompt, response, tool }: CallEvent): Attributes {
  const [message] = prompt.prompt;
  const parts = message?.role === "assistant" ? message.content : [];
  const call = parts.find((part) => part.type === "tool-call");
  const result = response?.find((part) => part.type === "tool-result");
  return {
    "gen_ai.tool.call.arguments": call && toJson(call.input),
    "gen_ai.tool.call.result": result && toJson(result.result),
    "seam.tool.reason": tool?.reason ?? undefined,
  };
}
