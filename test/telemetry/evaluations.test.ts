import { logs } from "@opentelemetry/api";
import {
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { metric, runOf } from "../../src/evals/result/rows.testkit.ts";
import { evaluationLog } from "../../src/evals/run/evaluation-log.ts";
import type { RunRow, RunStart } from "../../src/evals/run/records.ts";
import { runSuite } from "../../src/evals/run/run-suite.ts";
import { notApplicable } from "../../src/evals/scorer.ts";
import { defineEval } from "../../src/evals/suite/define-eval.ts";
import { suiteOf } from "../../src/evals/suite/suite.ts";
import { type Collector, startCollector } from "../support/collector.ts";
import { type Harness, startHarness } from "../support/harness.ts";

let collector: Collector;
let harness: Harness<"ask">;
const exported = new InMemoryLogRecordExporter();

beforeAll(async () => {
  collector = await startCollector();
  const processors = [new SimpleLogRecordProcessor({ exporter: exported })];
  logs.setGlobalLoggerProvider(new LoggerProvider({ processors }));
  harness = await startHarness({
    tasks: { ask: { model: "anthropic/claude-haiku-4-5" } },
    store: false,
  });
});
afterAll(async () => {
  logs.disable();
  await harness[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});
beforeEach(async () => {
  exported.reset();
  await collector.clear();
});

const settings = { content: false, onTrouble: (error: unknown) => expect(error).toBeUndefined() };

/** Runs a suite of one case whose feature makes so many calls, as the command line runs it. */
async function evaluate(calls: number, content: boolean): Promise<void> {
  const suite = suiteOf(
    defineEval({
      name: "greetings",
      data: [{ id: "c-1", input: "Hello" }],
      run: async (prompt) => {
        let text = "";
        for (let made = 0; made < calls; made += 1) {
          ({ text } = await harness.seam.complete("ask", { prompt: `${prompt} ${made}` }));
        }
        return text;
      },
      scorers: [
        { name: "polite", passAt: 0.5, score: () => ({ score: 0.75, reason: "it says hello" }) },
        { name: "short", score: () => false },
        { name: "broken", score: () => Promise.reject(new Error("no such dictionary")) },
        { name: "other", score: () => notApplicable("not in English") },
      ],
    }),
  );
  const [start] = runOf([], { suite: "greetings", run: "run-9", metrics: suite.metrics });
  const log = await evaluationLog(start as RunStart, { ...settings, content });
  await runSuite(suite, {
    run: "run-9",
    folder: ".",
    cache: "off",
    signal: new AbortController().signal,
    onRow: (row) => log?.onRow(row),
    onCall: (...call) => log?.onCall(...call),
  });
}

test("each score is an event by the conventions, under the span of the call that it judges", async () => {
  await evaluate(1, false);
  const [span] = (await collector.spans()).filter(({ name }) => name.startsWith("chat "));
  const records = exported.getFinishedLogRecords();
  const about = {
    "gen_ai.response.id": span?.attributes["gen_ai.response.id"],
    "seam.eval.suite": "greetings",
    "seam.eval.run": "run-9",
    "seam.eval.case": "c-1",
    "seam.eval.trial": 1,
  };
  expect(records.map(({ eventName, attributes }) => [eventName, attributes])).toEqual([
    [
      "gen_ai.evaluation.result",
      {
        "gen_ai.evaluation.name": "polite",
        "gen_ai.evaluation.score.value": 0.75,
        "gen_ai.evaluation.score.label": "pass",
        ...about,
      },
    ],
    [
      "gen_ai.evaluation.result",
      {
        "gen_ai.evaluation.name": "short",
        "gen_ai.evaluation.score.value": 0,
        "gen_ai.evaluation.score.label": "fail",
        ...about,
      },
    ],
    [
      "gen_ai.evaluation.result",
      { "gen_ai.evaluation.name": "broken", "error.type": "scorer_error", ...about },
    ],
  ]);
  expect(span?.attributes["gen_ai.response.id"]).toEqual(expect.any(String));
  for (const { spanContext, instrumentationScope } of records) {
    expect(spanContext).toMatchObject({ traceId: span?.traceId, spanId: span?.spanId });
    expect(instrumentationScope.name).toBe("llm-seam");
  }
});

test("reasons are exported only where content is", async () => {
  await evaluate(1, true);
  const reasons = exported
    .getFinishedLogRecords()
    .map(({ attributes }) => attributes["gen_ai.evaluation.explanation"]);
  expect(reasons).toEqual([
    "it says hello",
    undefined,
    expect.stringContaining("no such dictionary"),
  ]);
});

test("an output of several calls, or of none, is no call's: its scores have no span", async () => {
  await evaluate(2, false);
  await evaluate(0, false);
  const records = exported.getFinishedLogRecords();
  expect(records).toHaveLength(6);
  for (const { spanContext, attributes } of records) {
    expect(spanContext).toBeUndefined();
    expect(attributes).not.toHaveProperty("gen_ai.response.id");
  }
});

test("a judge that failed is told from other scorers, and an SDK that throws fails nothing", async () => {
  const judge = { task: "judge", rubric: "r", kind: "scale" };
  const [start, row] = runOf([{ case: "a", scores: { tone: "out of range" } }], {
    metrics: [metric("tone", { judge })],
  }) as [RunStart, Extract<RunRow, { type: "trial" }>];
  const log = await evaluationLog(start, settings);
  log?.onRow(row);
  const [record] = exported.getFinishedLogRecords();
  expect(record?.attributes).toMatchObject({ "error.type": "judge_error" });

  const troubles: unknown[] = [];
  const broken = await evaluationLog(start, {
    ...settings,
    onTrouble: (error) => troubles.push(error),
  });
  const fault = new Error("exporter is broken");
  const emit = logs.getLogger("llm-seam");
  const spy = vi.spyOn(Object.getPrototypeOf(emit), "emit").mockImplementation(() => {
    throw fault;
  });
  broken?.onRow(row);
  broken?.onRow(row);
  spy.mockRestore();
  expect(troubles).toEqual([fault]);
});
