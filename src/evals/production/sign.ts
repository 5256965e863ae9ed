import type { CallEvent, Score } from "../../events.ts";

/** Errors that say nothing of what was asked or answered. */
const noFailures: ReadonlySet<string> = new Set(["Aborted"]);

/**
 * What a call shows of having gone badly: a low score, an error, an answer that was cut off or refused, one that had to be
 * asked for again. The first of these that fits; `undefined`: nothing.
 */
export function signOf(
  event: CallEvent,
  scores: readonly Score[],
  lowScore: number,
): string | undefined {
  const low = scores.find(({ value }) => value < lowScore);
  if (low !== undefined) return `low score: ${low.name}`;
  const { errorCode, finishReason, pattern, children, attempts, reroutes, repeatOf } = event;
  if (errorCode !== null) return noFailures.has(errorCode) ? undefined : `error: ${errorCode}`;
  if (finishReason === "length") return "truncated";
  if (finishReason === "content-filter") return "refused";
  if (pattern === "extract" && children > 1) return "asked again";
  if (repeatOf !== null) return "repeated";
  if (reroutes.length > 0) return "rerouted";
  return attempts.some(({ outcome }) => outcome !== "ok") ? "retried" : undefined;
}
