import type { ToolEffect } from "../../../call/tool-record.ts";
import { fromPlain } from "./plain.ts";
import type { MadeCall } from "./run-state.ts";
import type { Verdict } from "./verdict.ts";

/** What is known of earlier calls with the very same arguments. */
export interface Twins {
  readonly effect: ToolEffect;
  /** Those that were run, the oldest first. */
  readonly made: readonly MadeCall[];
  /** Those that are running, or wait for approval. */
  readonly underWay: number;
  /** Those that were not run, since one was. */
  readonly refused: number;
}

/** `beside`: its twin is not done, so that the model cannot know better. */
export type Rung =
  | { readonly kind: "judge" | "beside" | "deny" | "end" }
  | { readonly kind: "repeat"; readonly of: MadeCall };

/**
 * What becomes of a call when the very same one was asked for before.
 *
 * | tool | before | the next one |
 * |---|---|---|
 * | `write`, `irreversible` | one is under way | `beside`: never two at once |
 * | | one is done | `repeat`: the same result; then `deny`; then `end` |
 * | | all failed or timed out, or were refused | as below: tried again, under the same idempotency key |
 * | any | fewer than `repeats` | `judge` |
 * | | `repeats`, some under way | `beside` |
 * | | `repeats` | `repeat`: the last result, or `deny` where none was run |
 * | | more | `end` |
 */
export function rungOf({ effect, made, underWay, refused }: Twins, repeats: number): Rung {
  if (effect !== "read") {
    if (underWay > 0) return { kind: "beside" };
    const done = made.findLast(({ outcome }) => outcome === "done");
    if (done !== undefined) {
      if (refused === 0) return { kind: "repeat", of: done };
      return { kind: refused === 1 ? "deny" : "end" };
    }
  }
  const before = made.length + underWay + refused;
  if (before < repeats) return { kind: "judge" };
  if (underWay > 0) return { kind: "beside" };
  if (before > repeats) return { kind: "end" };
  const last = made.at(-1);
  return last === undefined ? { kind: "deny" } : { kind: "repeat", of: last };
}

/** `undefined`: the call is judged on. */
export function verdictOfRung(rung: Rung, tool: string): Verdict | undefined {
  const denied = { kind: "deny", by: "repeat" } as const;
  switch (rung.kind) {
    case "judge":
      return undefined;
    case "beside":
      return { ...denied, reason: "The same call is being made already: wait for its result." };
    case "repeat":
      return { kind: "repeat", output: fromPlain(rung.of.output), reason: repeated(rung.of) };
    case "deny":
      return {
        ...denied,
        reason: "The same call was made before, and will not be made again. Do something else.",
      };
    case "end":
      return { kind: "end", summary: `The model made the same call of ${tool} again and again` };
  }
}

function repeated({ outcome }: MadeCall): string {
  const was = outcome === "done" ? "was made before" : "was tried before, and did not succeed";
  return `The same call ${was}: it is not made again, and this is its last result.`;
}
