import type { Scored, ScoreValue } from "../scorer.ts";
import { plain } from "./plain.ts";
import type { TrialScore } from "./records.ts";

/** What floating-point arithmetic may add to a score, e.g. to the cosine of a vector with itself. */
const rounding = 1e-9;

/** What a scorer has returned, as it is recorded. What is no score is the scorer's fault. */
export function verdictOf(value: ScoreValue): TrialScore {
  const { score, reason, details }: Partial<Scored> = isScored(value)
    ? value
    : { score: toNumber(value) };
  const known = score === null ? null : inRange(score);
  if (known === undefined)
    return faultOf(
      `it returned ${shown(score)}, which is no score: return a number from 0 to 1, true, false or null`,
    );
  return {
    score: known,
    reason: typeof reason === "string" ? reason : null,
    fault: null,
    details: details === undefined ? null : (plain(details) as TrialScore["details"]),
  };
}

export function faultOf(fault: string): TrialScore {
  return { score: null, reason: null, fault, details: null };
}

function isScored(value: unknown): value is Scored {
  return typeof value === "object" && value !== null && "score" in value;
}

function toNumber(value: unknown): number | null {
  return typeof value === "boolean" ? Number(value) : (value as number | null);
}

/** `undefined` for anything but a number from 0 to 1. */
function inRange(score: unknown): number | undefined {
  if (typeof score === "boolean") return Number(score);
  if (typeof score !== "number" || !(score >= -rounding && score <= 1 + rounding)) return undefined;
  return Math.min(1, Math.max(0, score));
}

function shown(value: unknown): string {
  return JSON.stringify(plain(value))?.slice(0, 100) ?? "nothing";
}
