import { ConfigError, type OutputIssue } from "../errors.ts";

/** How good the answer of a call was, by one measure. */
export interface Score {
  readonly callId: string;
  readonly name: string;
  readonly value: number;
  /** When it was given, in milliseconds since the epoch. */
  readonly time: number;
}

/** Takes scores off the caller's path. `write` must return at once and never throw. */
export interface ScoreSink {
  write(score: Score): void;
}

/** One score for each name; throws ConfigError for what is none. */
export function scoresFor(callId: string, values: Readonly<Record<string, number>>): Score[] {
  const issues = [
    ...(typeof callId === "string" && callId !== "" ? [] : [issue("callId", "the id of a call")]),
    ...Object.entries(values).flatMap(([name, value]) =>
      Number.isFinite(value) ? [] : [issue(`scores.${name}`, "a finite number")],
    ),
    ...(Object.hasOwn(values, "") ? [issue("scores", "a name for every score")] : []),
  ];
  if (issues.length === 0) {
    const time = Date.now();
    return Object.entries(values).map(([name, value]) => ({ callId, name, value, time }));
  }
  throw new ConfigError({
    summary: `This is no score: ${issues.map(({ path, message }) => `${path}: ${message}`).join("; ")}`,
    advice: "Give the `callId` of a result, and numbers by name, e.g. `{ helpful: 1 }`.",
    issues,
  });
}

function issue(path: string, wanted: string): OutputIssue {
  return { path, message: `expected ${wanted}` };
}
