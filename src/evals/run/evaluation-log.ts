import type { Attributes, Context } from "@opentelemetry/api";
import type { CallTrace } from "../../call/scope.ts";
import type { OnCall } from "./listen.ts";
import type { MetricInfo, RunStart, TrialRecord, TrialScore } from "./records.ts";
import { trialKey } from "./run-suite.ts";

type Api = typeof import("@opentelemetry/api");

const eventName = "gen_ai.evaluation.result";

export interface EvaluationLogOptions {
  /** Whether reasons of scorers are exported: they quote what was judged. */
  readonly content: boolean;
  /** Is told of the first failure; none of them fails a run. */
  readonly onTrouble: (error: unknown) => void;
}

/** Takes the calls and the rows of a run as they come. */
export interface EvaluationLog {
  readonly onCall: OnCall;
  readonly onRow: (row: TrialRecord) => void;
}

/**
 * Reports each score as an event `gen_ai.evaluation.result` by the GenAI conventions, through whatever SDK is registered:
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-events.md
 * `undefined` where the API is not installed, or is one that has no logs yet (before 1.10).
 */
export async function evaluationLog(
  start: RunStart,
  options: EvaluationLogOptions,
): Promise<EvaluationLog | undefined> {
  const api: Api | undefined = await import("@opentelemetry/api").catch(() => undefined);
  return api?.logs === undefined ? undefined : new Exporter(api, start, options);
}

class Exporter implements EvaluationLog {
  readonly #api: Api;
  readonly #start: RunStart;
  readonly #options: EvaluationLogOptions;
  /** The outermost calls of trials that are under way. */
  readonly #traces = new Map<string, CallTrace[]>();
  #hasFailed = false;

  constructor(api: Api, start: RunStart, options: EvaluationLogOptions) {
    this.#api = api;
    this.#start = start;
    this.#options = options;
  }

  readonly onCall: OnCall = ({ parentId }, { metric, ...about }, trace) => {
    if (metric !== null || parentId !== null) return;
    const key = trialKey(about);
    this.#traces.set(key, [...(this.#traces.get(key) ?? []), trace]);
  };

  readonly onRow = (row: TrialRecord): void => {
    const key = trialKey(row);
    const traces = this.#traces.get(key) ?? [];
    this.#traces.delete(key);
    // Which of several calls the output came from is not known.
    const trace = traces.length === 1 ? traces[0] : undefined;
    try {
      for (const metric of this.#start.metrics) this.#tell(row, metric, trace);
    } catch (error) {
      if (!this.#hasFailed) this.#options.onTrouble(error);
      this.#hasFailed = true;
    }
  };

  #tell(row: TrialRecord, metric: MetricInfo, trace: CallTrace | undefined): void {
    const score = row.scores[metric.name];
    if (score === undefined || (score.score === null && score.fault === null)) return;
    this.#api.logs.getLogger("llm-seam").emit({
      eventName,
      context: this.#contextOf(trace),
      attributes: {
        ...this.#attributesOf(score, metric),
        "gen_ai.response.id": trace?.responseId ?? undefined,
        "seam.eval.suite": this.#start.suite,
        "seam.eval.run": this.#start.run,
        "seam.eval.case": row.case,
        "seam.eval.trial": row.trial,
      },
    });
  }

  /** The event belongs to the call that it judges, where there is one span of it. */
  #contextOf(trace: CallTrace | undefined): Context {
    const { ROOT_CONTEXT, trace: spans } = this.#api;
    return trace?.span ? spans.setSpanContext(ROOT_CONTEXT, trace.span) : ROOT_CONTEXT;
  }

  #attributesOf(
    { score, reason, fault }: TrialScore,
    { name, passAt, judge }: MetricInfo,
  ): Attributes {
    const why = fault ?? reason;
    return {
      "gen_ai.evaluation.name": name,
      "gen_ai.evaluation.explanation": this.#options.content && why !== null ? why : undefined,
      ...(score === null
        ? { "error.type": judge === null ? "scorer_error" : "judge_error" }
        : {
            "gen_ai.evaluation.score.value": score,
            "gen_ai.evaluation.score.label": score >= passAt ? "pass" : "fail",
          }),
    };
  }
}
