import type { RuleAnswer } from "./ask-rule.ts";
import { shortReason } from "./short-reason.ts";

/** Why a call may not be made, or not without somebody's consent. */
export interface Objection {
  readonly reason: string;
  /** What went wrong in a rule: for the event, never for the model. */
  readonly error?: unknown;
}

/** Said where a rule gives no reason of its own. */
export const wantsConsent = "The grant wants somebody to agree to this call.";

interface RuleMeaning {
  readonly agrees: boolean;
  readonly reason: string;
}

const rules: Readonly<Record<"allow" | "approval", RuleMeaning>> = {
  allow: { agrees: true, reason: "The grant does not allow the tool with these arguments." },
  approval: { agrees: false, reason: wantsConsent },
};

/** What a rule of the grant objects to; `undefined`: nothing. Whatever a rule should not have said is an objection. */
export function objectionOf(rule: keyof typeof rules, answer: RuleAnswer): Objection | undefined {
  const { agrees, reason } = rules[rule];
  if (answer.kind === "failed") return { reason, error: answer.error };
  const { said } = answer;
  if (said === agrees) return undefined;
  if (typeof said === "string" && said.trim() !== "") return { reason: shortReason(said) };
  if (typeof said === "boolean" || typeof said === "string") return { reason };
  const kind = said === null ? "null" : typeof said;
  return {
    reason,
    error: new TypeError(`The rule \`${rule}\` gave ${kind}; expected true, false or a text.`),
  };
}
