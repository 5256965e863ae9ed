import type { Ending } from "../../call/answer.ts";
import { textOf } from "../../call/assemble.ts";
import { SeamError } from "../../call/seam-error.ts";
import { fromUsage } from "../../call/usage.ts";
import type { AnsweredRun, PausedRun, RunSummary } from "./options.ts";
import type { Run, RunParts, RunStop } from "./run.ts";

export function answeredRun(
  { runId }: RunParts,
  run: Run,
  stop: Extract<RunStop, { kind: "answered" }>,
): AnsweredRun {
  const { text, removed } = run.text.guard(textOf(stop.content));
  return { outcome: "answered", text, removed, ...summaryOf(runId, run) };
}

export function pausedRun(
  { runId, tell }: RunParts,
  run: Run,
  { waiting }: Extract<RunStop, { kind: "paused" }>,
): PausedRun {
  const approvals = waiting.map(({ waitsFor: { hash: _hash, ...approval } }) => approval);
  for (const approval of approvals) tell({ type: "approval", approval });
  return { outcome: "paused", approvals, ...summaryOf(runId, run) };
}

function summaryOf(runId: string, run: Run): RunSummary {
  const { usage, cost } = run.segment.spent;
  return {
    runId,
    callId: run.segment.id,
    steps: run.steps,
    usage,
    cost,
    messages: run.messages,
    untrusted: run.isUntrusted,
  };
}

/** How the segment's event says that it ended. */
export function endingOf(run: Run, stop: RunStop): Ending {
  const unified = stop.kind === "answered" ? "stop" : "tool-calls";
  return {
    ok: true,
    result: {
      content: run.text.guardContent(stop.content),
      finishReason: { unified, raw: undefined },
      usage: fromUsage(run.segment.spent.usage),
      warnings: [],
    },
  };
}

/** The error as the run's own: with its steps, and with no text in it that may not leave. */
export function failureOf({ task }: RunParts, run: Run, thrown: unknown): unknown {
  const error = run.text.guardError(thrown);
  if (!SeamError.is(error)) return error;
  const { steps, segment } = run;
  return error.with({ task, callId: segment.id, attempts: segment.attempts, steps });
}
