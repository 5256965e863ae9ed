import { answeredRun, endingOf, failureOf, pausedRun } from "./endings.ts";
import { KeptRun } from "./kept-run.ts";
import type { RunResult } from "./options.ts";
import { Run, type RunParts } from "./run.ts";

/**
 * Goes through one part of a run, which leaves one event, whatever happens.
 *
 * @param holder who has claimed the run in the store; `null` for one that is not there
 */
export function drive(parts: RunParts, holder: string | null): Promise<RunResult> {
  const { runtime, task, segmentId: id } = parts;
  return runtime.group({ id, task, pattern: "agent" }, async () => {
    const run = new Run(parts);
    const kept = new KeptRun(parts, holder);
    try {
      const stop = await run.goOn();
      if (stop.kind === "answered") await kept.answered(run);
      else await kept.paused(run, stop.waiting);
      runtime.record(run.segment.eventOf(endingOf(run, stop)));
      return stop.kind === "answered" ? answeredRun(parts, run, stop) : pausedRun(parts, run, stop);
    } catch (thrown) {
      const error = failureOf(parts, run, thrown);
      await kept.failed(run, error);
      runtime.record(run.segment.eventOf({ ok: false, error }));
      throw error;
    }
  });
}
