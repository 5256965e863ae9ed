import type { AgentRule } from "../call/agent-rule.ts";
import type { CheckedAgent } from "./checked.ts";
import { defaults } from "./defaults.ts";

/** The limits of a task's agents; what is left out comes from below. */
export function agentRule(
  set: CheckedAgent | undefined,
  below: AgentRule = { ...defaults.agent, costUsd: undefined },
): AgentRule {
  return {
    steps: set?.steps ?? below.steps,
    deadlineMs: set?.deadline ?? below.deadlineMs,
    costUsd: set?.cost ?? below.costUsd,
    callsPerTool: set?.callsPerTool ?? below.callsPerTool,
    repeats: set?.repeats ?? below.repeats,
    toolTimeoutMs: set?.toolTimeout ?? below.toolTimeoutMs,
    toolOutput: set?.toolOutput ?? below.toolOutput,
    approvalTtlMs: set?.approvalTtl ?? below.approvalTtlMs,
  };
}
