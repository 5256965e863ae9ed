import type { Reply, ReplyToolCall, Simulator } from "llm-seam/simulator";

/** The simulator answers with these, one after another. */
export function replyWith(simulator: Simulator, ...replies: readonly Reply[]): void {
  simulator.script({ replies: replies.map((reply) => ({ reply, times: 1 })) });
}

/** An answer that calls tools. */
export function calls(...made: readonly (readonly [string, unknown] | ReplyToolCall)[]): Reply {
  const toCall = (one: readonly [string, unknown] | ReplyToolCall): ReplyToolCall =>
    "name" in one ? one : { name: one[0], arguments: one[1] };
  return { type: "tool-calls", calls: made.map(toCall) };
}
