import type { ToolGrant } from "../grant.ts";
import { foreignHostsIn } from "../guard/hosts.ts";
import type { AgentTool } from "../tool.ts";
import type { AskedRule, RuleAnswer } from "./ask-rule.ts";
import { objectionOf, wantsConsent } from "./permission.ts";
import { shortReason } from "./short-reason.ts";
import type { Verdict } from "./verdict.ts";

interface Parts {
  readonly tool: AgentTool;
  readonly rules: ToolGrant;
  /** Of the grant. */
  readonly hosts: readonly string[];
  readonly input: unknown;
  /** What the run read; `null`: nothing untrusted. */
  readonly untrusted: string | null;
  readonly ask: (rule: AskedRule) => Promise<RuleAnswer>;
}

/**
 * Whether somebody must agree to a call that the grant allows. What the tool does and what the run has read are looked
 * at apart: consent that is waived for the one is not waived for the other. The first need is the verdict's; the
 * reason names all.
 */
export async function approvalNeed(parts: Parts): Promise<Verdict> {
  const byContent = needByContent(parts);
  if (byContent?.kind === "deny") return byContent;
  const byRule = await needByRule(parts);
  const needs = [byRule, byContent].filter((need) => need !== undefined);
  const [first] = needs;
  if (first === undefined) return { kind: "run" };
  const reason = shortReason(needs.map((need) => need.reason).join(" "));
  return { ...first, reason };
}

async function needByRule({ rules, tool, ask }: Parts): Promise<Need | undefined> {
  const { approval = tool.effect === "irreversible" } = rules;
  if (approval === false) return undefined;
  const by = { kind: "ask", by: "approval" } as const;
  if (approval !== true) {
    const objection = objectionOf("approval", await ask(approval));
    return objection && { ...by, ...objection };
  }
  const reason = tool.effect === "irreversible" ? "It cannot be undone." : wantsConsent;
  return { ...by, reason };
}

type Need = Extract<Verdict, { kind: "ask" | "deny" }>;

function needByContent({ rules, tool, hosts, input, untrusted }: Parts): Need | undefined {
  if (untrusted === null) return undefined;
  const read = `The run had read untrusted content (${untrusted})`;
  if (tool.effect === "read") {
    const foreign = foreignHostsIn(input, hosts);
    if (foreign.length === 0) return undefined;
    const named = foreign.slice(0, 3).join(", ");
    const reason = `${read}, and the arguments lead to ${named}, which the grant does not list.`;
    return { kind: "ask", by: "hosts", reason };
  }
  switch (rules.afterUntrusted ?? "ask") {
    case "allow":
      return undefined;
    case "deny":
      return {
        kind: "deny",
        by: "untrusted",
        reason: "This tool is not available once untrusted content has been read.",
      };
    case "ask":
      return { kind: "ask", by: "untrusted", reason: `${read}.` };
  }
}
