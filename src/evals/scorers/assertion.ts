import type { JSONSchema7 } from "@ai-sdk/provider";
import { findJson } from "../../patterns/extract/find-json.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import type { ScoredTrial, Scorer, ScoreValue } from "../scorer.ts";
import { bleu } from "./bleu.ts";
import { contains, containsAll, containsAny } from "./contains.ts";
import { exact } from "./exact.ts";
import { jsonEqual, jsonOf, jsonSchema } from "./json.ts";
import { distance } from "./levenshtein.ts";
import { costUnder, latencyUnder } from "./limits.ts";
import { callsOf } from "./made-calls.ts";
import { text, texts } from "./read.ts";
import { refusal } from "./refusal.ts";
import { regex } from "./regex.ts";
import { rougeN } from "./rouge.ts";
import { compareSets } from "./set.ts";
import { type SimilarOptions, similar } from "./similar.ts";

/** One check of a case, as promptfoo writes it. */
export interface Assertion {
  /** One of `assertionTypes`, or `not-` and one of them. */
  readonly type: string;
  readonly value?: unknown;
  readonly threshold?: number | undefined;
}

/** How an assertion is decided. */
interface Check {
  readonly scorer: (
    assertion: Assertion,
    options: SimilarOptions,
  ) => Scorer<unknown, unknown, string>;
  /** It holds with this score or a higher one, where it says no other by `threshold`. Without: only a score of 1 holds. */
  readonly threshold?: number;
}

const plainly = { trim: false } as const;
const anyCase = { caseSensitive: false } as const;

const checks: Readonly<Record<string, Check>> = {
  equals: {
    scorer: ({ value }) =>
      typeof value === "object"
        ? jsonEqual({ expected: value })
        : exact({ ...plainly, expected: String(value) }),
  },
  contains: { scorer: ({ value }) => contains({ expected: asText(value) }) },
  icontains: { scorer: ({ value }) => contains({ ...anyCase, expected: asText(value) }) },
  "contains-any": { scorer: ({ value }) => containsAny({ expected: asTexts(value) }) },
  "icontains-any": { scorer: ({ value }) => containsAny({ ...anyCase, expected: asTexts(value) }) },
  "contains-all": { scorer: ({ value }) => containsAll({ expected: asTexts(value) }) },
  "icontains-all": { scorer: ({ value }) => containsAll({ ...anyCase, expected: asTexts(value) }) },
  "starts-with": { scorer: ({ value }) => ofText((output) => output.startsWith(asText(value))) },
  regex: { scorer: ({ value }) => regex({ expected: asText(value) }) },
  "is-json": { scorer: ({ value = {} }) => jsonSchema(value as JSONSchema7) },
  "contains-json": { scorer: containsJson },
  levenshtein: {
    scorer: ({ value, threshold = 5 }) =>
      ofText((output) => distance(output, asText(value)) <= threshold),
  },
  "rouge-n": {
    scorer: ({ value }) => rougeN({ expected: asText(value), measure: "recall" }),
    threshold: 0.75,
  },
  bleu: { scorer: ({ value }) => bleu({ expected: asTexts(value) }), threshold: 0.5 },
  similar: {
    scorer: ({ value }, { embed }) => similar({ expected: asTexts(value), embed }),
    threshold: 0.75,
  },
  latency: {
    scorer: ({ threshold = Number.NaN }) => latencyUnder(threshold),
  },
  cost: {
    scorer: ({ threshold = Number.NaN }) => costUnder(threshold),
  },
  "is-refusal": { scorer: () => refusal({ expected: true }) },
  "tool-call-f1": { scorer: ({ value }) => toolNames(asTexts(value)), threshold: 1 },
  "word-count": { scorer: ({ value }) => ofText((output) => isCount(wordsIn(output), value)) },
};

/** The types of assertions that {@link assertions} checks. */
export const assertionTypes: readonly string[] = Object.keys(checks);

/** Throws what is wrong with an assertion, where it cannot be decided. */
export function checkAssertion(assertion: Assertion): void {
  checkOf(assertion).scorer(assertion, {});
  if (baseOf(assertion) === "word-count") isCount(0, assertion.value);
}

export interface Decided {
  /** `null`: it does not apply. */
  readonly holds: boolean | null;
  readonly score: number;
  readonly reason: string | undefined;
}

/** Whether an assertion holds in a trial, or for the error of one. */
export async function decide(
  assertion: Assertion,
  trial: ScoredTrial<unknown, unknown, string> & { readonly error?: unknown },
  options: SimilarOptions,
): Promise<Decided> {
  const check = checkOf(assertion);
  const scorer = check.scorer(assertion, options);
  const said = await ("error" in trial && scorer.scoreError !== undefined
    ? scorer.scoreError(trial as Parameters<NonNullable<typeof scorer.scoreError>>[0])
    : scorer.score(trial));
  const { score, reason } = scoredOf(said);
  if (score === null) return { holds: null, score: 0, reason };
  const { threshold } = check;
  const passes = score >= (threshold === undefined ? 1 : (assertion.threshold ?? threshold));
  const points = threshold === undefined ? Number(passes) : score;
  return assertion.type.startsWith("not-")
    ? { holds: !passes, score: 1 - points, reason: passes ? "it holds" : undefined }
    : { holds: passes, score: points, reason: passes ? undefined : reason };
}

function checkOf(assertion: Assertion): Check {
  const name = baseOf(assertion);
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (check !== undefined) return check;
  throw new TypeError(
    `There is no assertion ${assertion.type}: there are ${assertionTypes.join(", ")}`,
  );
}

function baseOf({ type }: Assertion): string {
  return type.startsWith("not-") ? type.slice("not-".length) : type;
}

function scoredOf(said: ScoreValue): { score: number | null; reason: string | undefined } {
  if (typeof said === "object" && said !== null) return { score: said.score, reason: said.reason };
  return { score: said === null ? null : Number(said), reason: undefined };
}

function ofText(score: (output: string) => boolean): Scorer<unknown, unknown, string> {
  return {
    name: "assertion",
    score: ({ output }) => score(text(output, "An assertion reads the output")),
  };
}

function containsJson({ value = {} }: Assertion): Scorer<unknown, unknown, string> {
  const schema = jsonSchema(value as JSONSchema7);
  const score = async (trial: ScoredTrial<unknown, unknown, string>): Promise<boolean> => {
    const found = findJson(text(trial.output, "An assertion reads the output"));
    if (found.type !== "found") return false;
    for (const output of found.candidates) {
      if (jsonOf(output).ok && scoredOf(await schema.score({ ...trial, output })).score === 1)
        return true;
    }
    return false;
  };
  return { name: "assertion", score };
}

function toolNames(expected: readonly string[]): Scorer<unknown, unknown, string> {
  const score = (trial: ScoredTrial): ScoreValue =>
    compareSets(
      callsOf(trial).map(({ name }) => name),
      expected,
      {},
    );
  return { name: "assertion", score };
}

function wordsIn(output: string): number {
  return output.split(/\s+/).filter((word) => word !== "").length;
}

function isCount(count: number, value: unknown): boolean {
  const { min, max } = isRecord(value) ? value : { min: value, max: value };
  const [least, most] = [Number(min ?? 0), Number(max ?? Number.POSITIVE_INFINITY)];
  if (least <= most && (min ?? max) !== undefined) return count >= least && count <= most;
  throw new TypeError("`word-count` takes a number, or { min, max }");
}

function asText(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const read = text(value, "An assertion reads its `value`");
  if (read !== "") return read;
  throw new TypeError("An assertion has an empty `value`");
}

/** One text may list several, between commas. */
function asTexts(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? value.map(asText) : asText(value);
  return texts(all, "An assertion reads its `value`");
}
