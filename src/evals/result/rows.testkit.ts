import type {
  MetricInfo,
  RunEnd,
  RunRow,
  RunStart,
  TrialRecord,
  TrialScore,
} from "../run/records.ts";

export function metric(name: string, over: Partial<MetricInfo> = {}): MetricInfo {
  return { name, passAt: 1, judge: null, ...over };
}

export function runStart(over: Partial<RunStart> = {}): RunStart {
  return {
    type: "run",
    format: 1,
    run: "run-1",
    suite: "tickets",
    file: "evals/tickets.eval.ts",
    startedAt: Date.UTC(2026, 10, 24),
    commit: "c0ffee",
    branch: "main",
    dirty: false,
    trials: 1,
    metrics: [metric("accuracy")],
    slices: [],
    shard: null,
    filter: null,
    resumed: null,
    ...over,
  };
}

export const done: RunEnd = { type: "end", endedAt: Date.UTC(2026, 10, 24, 1), reason: "done" };

/** `null`: the scorer does not apply; a text: what it has thrown. */
type MadeScore = number | string | null;

export interface MadeTrial extends Partial<Omit<TrialRecord, "scores" | "type">> {
  readonly case: string;
  readonly scores?: Readonly<Record<string, MadeScore | Partial<TrialScore>>>;
}

export function trialOf({ scores = {}, ...over }: MadeTrial): TrialRecord {
  return {
    type: "trial",
    trial: 1,
    critical: false,
    cluster: null,
    metadata: {},
    input: { text: over.case },
    expected: null,
    output: "an answer",
    error: null,
    latencyMs: 10,
    costUsd: 0.001,
    spentUsd: 0.001,
    judgeUsd: 0,
    tokens: 100,
    cached: false,
    calls: [],
    judgeCalls: {},
    ...over,
    scores: Object.fromEntries(Object.entries(scores).map(([name, made]) => [name, scoreOf(made)])),
  };
}

function scoreOf(made: MadeScore | Partial<TrialScore>): TrialScore {
  const nothing = { score: null, reason: null, fault: null, details: null };
  if (typeof made === "object") return { ...nothing, ...made };
  return typeof made === "string" ? { ...nothing, fault: made } : { ...nothing, score: made };
}

/** A run that has ended, as its file holds it. */
export function runOf(trials: readonly MadeTrial[], over: Partial<RunStart> = {}): RunRow[] {
  return [runStart(over), ...trials.map(trialOf), done];
}

export async function* streamOf<Row>(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}
