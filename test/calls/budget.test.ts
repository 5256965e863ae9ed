import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BudgetExceeded, type BudgetUse, createSeam, type Seam } from "llm-seam";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  collect,
  rejection,
  settled,
  simulatedProviders,
  startHarness,
} from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const price = { input: 1, output: 5 };
const settings = { maxOutputTokens: 200 };
const reply = (inputTokens: number, outputTokens: number, text = "fine") =>
  ({
    replies: [{ reply: { type: "text", text, usage: { inputTokens, outputTokens } } }],
  }) as const;

async function useOf<Task extends string>(seam: Seam<Task>, task: Task): Promise<BudgetUse> {
  const [use] = await seam.spending(task);
  if (use === undefined) throw new Error("expected a budget");
  return use;
}

/** Waits until nothing of the task is reserved: streams settle when their sockets are closed. */
async function released<Task extends string>(seam: Seam<Task>, task: Task): Promise<BudgetUse> {
  await vi.waitFor(async () => expect(await useOf(seam, task)).toMatchObject({ reserved: 0 }));
  return useOf(seam, task);
}

describe("a limit of cost", () => {
  test("is not exceeded by more than one reservation, however many calls come at once", async () => {
    const limit = 0.1;
    await using harness = await startHarness(
      {
        tasks: { ask: { model, settings, budget: { cost: limit, window: "1d" } } },
        prices: { [model]: price },
      },
      { script: reply(10, 200), pace: { firstTokenMs: 20 } },
    );
    const { seam, simulator } = harness;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 500 }, (_, call) =>
        call % 2 === 0
          ? seam.complete("ask", { prompt: `call ${call}` })
          : seam.stream("ask", { prompt: `call ${call}` }).result,
      ),
    );
    const refused = outcomes.filter(({ status }) => status === "rejected");
    for (const outcome of refused) {
      expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(BudgetExceeded);
    }
    const answered = 500 - refused.length;
    expect(simulator.requests).toHaveLength(answered);
    const costOfOne = (10 * price.input + 200 * price.output) / 1e6;
    const use = await released(seam, "ask");
    expect(use.used).toBeCloseTo(answered * costOfOne, 9);
    expect(use.used).toBeLessThanOrEqual(limit + 1.1 * costOfOne);
    expect(use.used).toBeGreaterThan(0.9 * limit);
    const events = await harness.events();
    const refusals = events.filter(({ error_code }) => error_code === "BudgetExceeded");
    expect(refusals).toHaveLength(refused.length);
    expect(refusals[0]).toMatchObject({ attempts: [], cost_usd: 0, queued_ms: 0 });
  });

  test("counts the dearest target, and what each request has really cost", async () => {
    const dear = "openai/gpt-5";
    await using harness = await startHarness(
      {
        tasks: {
          ask: {
            model,
            fallbacks: [dear],
            settings,
            retry: false,
            budget: { cost: 1, window: "1d" },
          },
        },
        prices: { [model]: price, [dear]: { input: 10, output: 100 } },
      },
      {
        script: reply(10, 20),
        faults: { sequence: ["status-529", "none"] },
        pace: { firstTokenMs: 100 },
      },
    );
    const pending = harness.seam.complete("ask", { prompt: "x" });
    await vi.waitFor(async () =>
      expect((await useOf(harness.seam, "ask")).reserved).toBeGreaterThan((200 * 100) / 1e6),
    );
    expect((await pending).target).toBe(dear);
    const { used, reserved } = await useOf(harness.seam, "ask");
    expect(used).toBeCloseTo((10 * 10 + 20 * 100) / 1e6, 9);
    expect(reserved).toBe(0);
  });
});

test("a wrong estimate is corrected by the first answer", async () => {
  await using harness = await startHarness(
    {
      tasks: {
        ask: {
          model,
          settings: { maxOutputTokens: 10 },
          budget: { tokens: 10_000, window: "1d" },
        },
      },
    },
    { script: reply(100, 900), pace: { firstTokenMs: 20 } },
  );
  const ask = () => harness.seam.complete("ask", { prompt: "x" });
  await ask();
  await Promise.allSettled(Array.from({ length: 50 }, ask));
  expect(harness.simulator.requests).toHaveLength(10);
  expect(await useOf(harness.seam, "ask")).toMatchObject({ used: 10_000, reserved: 0 });
});

describe("attempts beyond a call's first", () => {
  test("are made only while there is room: an outage does not exceed the limit", async () => {
    await using harness = await startHarness(
      {
        tasks: { ask: { model, budget: { requests: 50, window: "1d" } } },
        defaults: { retry: { attempts: 3, baseDelay: 1, maxDelay: 5, budget: false } },
      },
      { faults: { sequence: [], afterwards: "status-529" } },
    );
    const errors = await Promise.all(
      Array.from({ length: 40 }, () => rejection(harness.seam.complete("ask", { prompt: "x" }))),
    );
    expect(harness.simulator.requests).toHaveLength(50);
    expect(await useOf(harness.seam, "ask")).toMatchObject({ used: 50, reserved: 0 });
    const refused = errors.filter((error) => error instanceof BudgetExceeded);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.attempts[0]).toMatchObject({ outcome: "Overloaded" });
  });

  test("also when each may be billed: what was lost counts before more is asked", async () => {
    const limit = 2_000;
    await using harness = await startHarness(
      {
        tasks: { ask: { model, settings, budget: { tokens: limit, window: "1d" } } },
        defaults: {
          attempt: { total: 30 },
          retry: { attempts: 3, baseDelay: 1, maxDelay: 5, budget: false },
        },
      },
      { faults: { sequence: [], afterwards: "header-silence" } },
    );
    await Promise.all(
      Array.from({ length: 20 }, () => rejection(harness.seam.complete("ask", { prompt: "x" }))),
    );
    const { used, reserved } = await useOf(harness.seam, "ask");
    expect(reserved).toBe(0);
    expect(used).toBeGreaterThan(0.5 * limit);
    expect(used).toBeLessThan(limit + 300);
  });
});

describe("what is charged", () => {
  const tokens = { tokens: 100_000, window: "1d" } as const;

  test("for a request that the provider refused: a request, and no tokens", async () => {
    await using harness = await startHarness(
      {
        tasks: {
          ask: {
            model,
            retry: { attempts: 2, baseDelay: 1, maxDelay: 1 },
            budget: [{ requests: 100, window: "1h" }, tokens],
          },
        },
      },
      { faults: { sequence: [], afterwards: "status-529" } },
    );
    await rejection(harness.seam.complete("ask", { prompt: "x" }));
    expect(await harness.seam.spending("ask")).toMatchObject([
      { limit: "requests", used: 2, reserved: 0, windowMs: 3_600_000 },
      { limit: "tokens", used: 0, reserved: 0 },
    ]);
  });

  test("for one that ran out of time: all that was reserved, for it may be billed", async () => {
    await using harness = await startHarness(
      {
        tasks: {
          ask: { model, settings, attempt: { total: 50 }, retry: false, budget: tokens },
        },
      },
      { faults: { sequence: ["header-silence"] } },
    );
    await rejection(harness.seam.complete("ask", { prompt: "x" }));
    const { used, reserved } = await useOf(harness.seam, "ask");
    expect(used).toBeGreaterThan(200);
    expect(used).toBeLessThan(300);
    expect(reserved).toBe(0);
  });

  test("for a stream whose reader left: its input, and the text that had come", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model, budget: tokens } } },
      { script: reply(10, 1_000, "word ".repeat(1_000)), pace: { tokensPerSecond: 100 } },
    );
    for await (const _ of harness.seam.stream("ask", { prompt: "x" })) break;
    const { used } = await released(harness.seam, "ask");
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThan(500);
    await settled(harness.simulator);
  });

  test("for a stream that broke: the same", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model, budget: tokens } } },
      { script: reply(10, 20, "word ".repeat(20)), faults: [{ type: "drop", afterTokens: 5 }] },
    );
    const { error } = await collect(harness.seam.stream("ask", { prompt: "x" }));
    expect(error).toMatchObject({ code: "StreamInterrupted" });
    const { used } = await released(harness.seam, "ask");
    expect(used).toBeGreaterThan(5);
    expect(used).toBeLessThan(100);
  });

  test("for an extract that asks again: both answers", async () => {
    const usage = { inputTokens: 100, outputTokens: 10 };
    await using harness = await startHarness(
      { tasks: { ask: { model, budget: [tokens, { requests: 9, window: "1h" }] } } },
      {
        script: {
          replies: [
            { reply: { type: "json", value: { urgent: "maybe" }, usage }, times: 1 },
            { reply: { type: "json", value: { urgent: true }, usage } },
          ],
        },
      },
    );
    const schema = z.object({ urgent: z.boolean() });
    await harness.seam.extract("ask", { prompt: "x", schema });
    expect(await harness.seam.spending("ask")).toMatchObject([{ used: 220 }, { used: 2 }]);
  });

  test("for answers of the cache, of a request that was shared, and of a rule: nothing", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model, cache: true, budget: { requests: 1, window: "1d" } } } },
      { pace: { firstTokenMs: 30 } },
    );
    const ask = () => harness.seam.complete("ask", { prompt: "x" });
    await Promise.all([ask(), ask(), ask()]);
    expect((await ask()).source).toBe("cache");
    const ruled = await harness.seam.complete("ask", { prompt: "y", rule: () => "by rule" });
    expect(ruled.source).toBe("rule");
    expect(await useOf(harness.seam, "ask")).toMatchObject({ used: 1, of: 1 });
    expect(await rejection(harness.seam.complete("ask", { prompt: "z" }))).toMatchObject({
      code: "BudgetExceeded",
    });
  });

  test("to each task for itself, also under a budget of the defaults", async () => {
    await using harness = await startHarness({
      tasks: { one: { model }, two: { model }, free: { model, budget: false } },
      defaults: { budget: { requests: 1, window: "1d" } },
    });
    for (const task of ["one", "two", "free", "free"] as const) {
      await harness.seam.complete(task, { prompt: "x" });
    }
    for (const task of ["one", "two"] as const) {
      const error = await rejection(harness.seam.complete(task, { prompt: "x" }));
      expect(error).toMatchObject({ code: "BudgetExceeded", task });
    }
    expect(await harness.seam.spending("free")).toEqual([]);
  });
});

describe("calls in flight", () => {
  /** Replies that count how many are being made at once. */
  function counted() {
    const count = { now: 0, most: 0 };
    const replies = [
      {
        reply: async (): Promise<string> => {
          count.most = Math.max(count.most, ++count.now);
          await new Promise((resume) => setTimeout(resume, 5));
          count.now--;
          return "fine";
        },
      },
    ];
    return { count, script: { replies } };
  }

  test("are never more than the limit, and all get through within their wait", async () => {
    const { count, script } = counted();
    await using harness = await startHarness(
      { tasks: { ask: { model, budget: { inFlight: 2, wait: "20s" } } } },
      { script },
    );
    const { seam } = harness;
    await Promise.all(
      Array.from({ length: 40 }, (_, call) =>
        call % 2 === 0
          ? seam.complete("ask", { prompt: `${call}` })
          : seam.stream("ask", { prompt: `${call}` }).result,
      ),
    );
    expect(count.most).toBe(2);
    const waits = (await harness.events()).map(({ queued_ms }) => Number(queued_ms));
    expect(waits.filter((ms) => ms === 0)).toHaveLength(2);
    expect(Math.max(...waits)).toBeGreaterThanOrEqual(50);
  });

  test("that wait go in the order they came", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model, budget: { inFlight: 1, wait: "20s" } } },
    });
    const prompts = Array.from({ length: 100 }, (_, call) => `call ${call}`);
    await Promise.all(prompts.map((prompt) => harness.seam.complete("ask", { prompt })));
    const asked = harness.simulator.requests.map(
      ({ body }) => /call \d+/.exec(JSON.stringify(body))?.[0],
    );
    expect(asked).toEqual(prompts);
  });

  test("that wait end with their deadline, and with their caller", async () => {
    await using harness = await startHarness(
      { tasks: { ask: { model, budget: { inFlight: 1, wait: "20s" } } } },
      { faults: { sequence: ["header-silence"] } },
    );
    const { seam } = harness;
    const leave = new AbortController();
    const first = rejection(seam.complete("ask", { prompt: "first", signal: leave.signal }));
    await vi.waitFor(() => expect(harness.simulator.inFlight).toBe(1));
    const limits = { deadline: 60 };
    expect(await rejection(seam.complete("ask", { prompt: "late", limits }))).toMatchObject({
      code: "DeadlineExceeded",
      limit: "deadline",
    });
    const signal = AbortSignal.timeout(30);
    expect(await rejection(seam.complete("ask", { prompt: "left", signal }))).toMatchObject({
      name: "TimeoutError",
    });
    leave.abort();
    await first;
    await seam.complete("ask", { prompt: "after" });
    expect(harness.simulator.requests).toHaveLength(2);
    const late = (await harness.events()).find(
      ({ error_code }) => error_code === "DeadlineExceeded",
    );
    expect(late).toMatchObject({ attempts: [], cost_usd: 0 });
    expect(Number(late?.["queued_ms"])).toBeGreaterThanOrEqual(50);
  });
});

test("an HTTP client is told to come back when the limit resets", async () => {
  await using harness = await startHarness({
    tasks: { ask: { model, budget: { requests: 1, window: "1d" } } },
  });
  await harness.seam.complete("ask", { prompt: "x" });
  const response = await harness.seam.stream("ask", { prompt: "x" }).toResponse();
  expect(response.status).toBe(429);
  const { resetsAt } = await useOf(harness.seam, "ask");
  const seconds = Number(response.headers.get("retry-after"));
  expect(Math.abs(Date.now() + seconds * 1_000 - (resetsAt ?? 0))).toBeLessThan(60_000);
});

describe("in one file", () => {
  const config = { tasks: { ask: { model, budget: { requests: 3, window: "1d" } as const } } };
  const rowsOf = (file: string) => {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare("select * from budgets").all();
    } finally {
      database.close();
    }
  };

  test("a limit survives the end of a process, also one that was never closed", async () => {
    await using harness = await startHarness(config);
    const { seam, simulator, file } = harness;
    await seam.complete("ask", { prompt: "1" });
    await seam.complete("ask", { prompt: "2" });
    await vi.waitFor(() => expect(rowsOf(file)).toMatchObject([{ requests: 2 }]));
    const next = { ...config, store: file, providers: simulatedProviders(simulator) };
    {
      await using second = createSeam(next);
      await second.complete("ask", { prompt: "3" });
      expect(await rejection(second.complete("ask", { prompt: "4" }))).toMatchObject({
        code: "BudgetExceeded",
        use: { used: 3, of: 3 },
      });
    }
    const raised = { ask: { model, budget: { requests: 4, window: "1d" } as const } };
    await using third = createSeam({ ...next, tasks: raised });
    expect(await useOf(third, "ask")).toMatchObject({ used: 3, of: 4 });
    await third.complete("ask", { prompt: "5" });
    expect(await rejection(third.complete("ask", { prompt: "6" }))).toMatchObject({
      code: "BudgetExceeded",
    });
  });

  test("processes at the same time share it, and count nothing twice", async () => {
    const many = { ask: { model, budget: { requests: 1_000, window: "1d" } as const } };
    await using harness = await startHarness({ tasks: many });
    const { simulator, file } = harness;
    await using other = createSeam({
      tasks: many,
      store: file,
      providers: simulatedProviders(simulator),
    });
    const seams = [harness.seam, other];
    for (let round = 0; round < 2; round++) {
      await Promise.all(
        seams.flatMap((seam) =>
          Array.from({ length: 10 }, () => seam.complete("ask", { prompt: "x" })),
        ),
      );
      await Promise.all(seams.map((seam) => seam.flush()));
      await new Promise((resume) => setTimeout(resume, 1_050));
      for (const seam of seams) {
        expect(await useOf(seam, "ask")).toMatchObject({ used: (round + 1) * 20 });
      }
    }
    expect(rowsOf(file)).toHaveLength(2);
  });

  test("windows that have ended are removed", async () => {
    await using harness = await startHarness(config);
    await harness.seam.spending("ask");
    const database = new DatabaseSync(harness.file);
    database.exec("insert into budgets values ('1000 gone', 1000, 2000, 'w', 1, 1, 1)");
    database.close();
    await harness.seam.complete("ask", { prompt: "x" });
    await harness.seam.flush();
    expect(rowsOf(harness.file)).toMatchObject([{ account: "86400000 ask", requests: 1 }]);
  });

  test("that cannot be opened, the limit holds within the process", async () => {
    await using harness = await startHarness(config);
    const folder = join(harness.folder, "folder.db");
    await mkdir(folder);
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using seam = createSeam({
      ...config,
      store: folder,
      providers: simulatedProviders(harness.simulator),
    });
    for (let call = 0; call < 3; call++) await seam.complete("ask", { prompt: `${call}` });
    expect(await rejection(seam.complete("ask", { prompt: "x" }))).toMatchObject({
      code: "BudgetExceeded",
    });
    expect(Object.keys(seam.troubles())).toEqual([expect.stringContaining("could not be opened")]);
  });
});
