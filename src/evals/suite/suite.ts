import { z } from "zod";
import { issuesOf } from "../../config/check.ts";
import { duration } from "../../config/schema-time.ts";
import { ConfigError, configError } from "../../errors.ts";
import { evalDefaults } from "../defaults.ts";
import type { MetricInfo } from "../run/records.ts";
import type { Scorer } from "../scorer.ts";
import type { EvalCase } from "./case.ts";
import type { Eval, EvalData, EvalOptions } from "./define-eval.ts";
import type { Gate } from "./gate.ts";

/** A suite as it is run: checked, and with nothing left out. */
export interface Suite {
  readonly name: string;
  readonly data: EvalData<unknown, unknown>;
  readonly run: EvalOptions<unknown, unknown, unknown>["run"];
  readonly scorers: readonly Scorer[];
  readonly metrics: readonly MetricInfo[];
  readonly trials: number;
  readonly clusterOf: (of: EvalCase) => string | null;
  readonly slices: readonly string[];
  readonly gate: Gate | undefined;
  readonly timeoutMs: number;
  readonly concurrency: number;
}

/** Names become parts of file names. */
const name = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u,
    "expected 1 to 100 letters, digits, spaces, `.`, `_` and `-`, the first one a letter or digit",
  );

const share = z.number().min(0).max(1);
const verdicts = z.array(z.enum(["regressed", "improved", "no evidence", "underpowered"]));

const metricGate = z.strictObject({
  atLeast: share.optional(),
  bound: z.enum(["mean", "low"]).optional(),
  margin: share.optional(),
  effect: z.number().positive().max(1).optional(),
  failOn: verdicts.optional(),
});

const gate = z.strictObject({
  failOn: verdicts.optional(),
  metrics: z.record(z.string(), metricGate).optional(),
  baseline: z.boolean().optional(),
  uncalibrated: z.enum(["warn", "fail"]).optional(),
  maxFaults: share.optional(),
});

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

const anyFunction = z.custom(isFunction, "expected a function");

const scorer = z.union(
  [
    z.custom<(trial: never) => unknown>(isFunction).superRefine((value, context) => {
      if (value.name !== "") return;
      const message =
        'a function without a name: the metric is called by it; write { name: "…", score: … }';
      context.addIssue({ code: "custom", message });
    }),
    z.looseObject({
      name: z.string().min(1).max(100),
      passAt: share.optional(),
      score: anyFunction,
      scoreError: anyFunction.optional(),
    }),
  ],
  "expected a scorer: { name, score }, or a function with a name",
);

const schema = z.strictObject({
  kind: z.literal("llm-seam/eval"),
  name,
  data: z.custom(
    isData,
    "expected a list of rows, a function that makes them, or a file: jsonl(…), csv(…)",
  ),
  run: anyFunction,
  scorers: z.array(scorer).min(1, "expected at least one scorer"),
  trials: z.int().min(1).max(100).optional(),
  cluster: z
    .union([z.string().min(1), anyFunction], "expected a field of the metadata, or a function")
    .optional(),
  slices: z.array(z.string().min(1)).optional(),
  gate: gate.optional(),
  timeout: duration.optional(),
  concurrency: z.int().min(1).max(1_000).optional(),
});

function isData(value: unknown): boolean {
  if (Array.isArray(value) || isFunction(value)) return true;
  return typeof value === "object" && value !== null && "read" in value && isFunction(value.read);
}

/** Checks what `defineEval` was given; throws one ConfigError that names every fault with its path. */
export function suiteOf(of: Pick<Eval, "kind">): Suite {
  const declared = of as Eval;
  const said = typeof declared.name === "string" ? JSON.stringify(declared.name) : "without a name";
  const summary = `The suite ${said} cannot be run`;
  const checked = schema.safeParse(declared);
  if (!checked.success) {
    throw configError(
      summary,
      issuesOf(checked.error, ["defineEval"], () => Object.keys(schema.shape)),
    );
  }
  const { data, run, slices = [] } = declared;
  const scorers = declared.scorers.map((one) =>
    typeof one === "function" ? { name: one.name, score: one } : one,
  );
  const metrics = scorers.map(metricOf);
  const issues = [...twice(metrics), ...unknownMetrics(metrics, declared.gate)];
  if (issues.length > 0) throw configError(summary, issues);
  const { trials, concurrency, timeoutMs } = evalDefaults;
  return {
    name: declared.name,
    data,
    run,
    scorers,
    metrics,
    trials: declared.trials ?? trials,
    clusterOf: (of) => clusterOf(declared, of),
    slices,
    gate: declared.gate,
    timeoutMs: checked.data.timeout ?? timeoutMs,
    concurrency: declared.concurrency ?? concurrency,
  };
}

function metricOf({ name, passAt = evalDefaults.passAt, judge }: Scorer): MetricInfo {
  return { name, passAt, judge: judge === undefined ? null : { ...judge } };
}

interface Issue {
  readonly path: string;
  readonly message: string;
}

function twice(metrics: readonly MetricInfo[]): Issue[] {
  return metrics.flatMap(({ name }, index) =>
    metrics.findIndex((other) => other.name === name) === index
      ? []
      : [{ path: `scorers.${index}`, message: `there is another metric ${JSON.stringify(name)}` }],
  );
}

function unknownMetrics(metrics: readonly MetricInfo[], gate: Gate | undefined): Issue[] {
  const names = metrics.map(({ name }) => name);
  return Object.keys(gate?.metrics ?? {}).flatMap((name) =>
    names.includes(name)
      ? []
      : [
          {
            path: `gate.metrics.${name}`,
            message: `no scorer is called so: there are ${names.join(", ")}`,
          },
        ],
  );
}

/** Throws ConfigError where it cannot be told. */
function clusterOf({ name, cluster }: Eval, of: EvalCase): string | null {
  if (cluster === undefined) return null;
  try {
    const value: unknown = typeof cluster === "function" ? cluster(of) : of.metadata[cluster];
    if (value === undefined || value === null) return null;
    if (typeof value === "object") throw new TypeError("it is neither text nor a number");
    return String(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      {
        summary: `The cluster of the case ${JSON.stringify(of.id)} of the suite ${JSON.stringify(name)} cannot be told: ${why}`,
        advice:
          "`cluster` is a field of the metadata, or a function that returns a text or nothing.",
      },
      { cause },
    );
  }
}
