import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answerOf, callOf, targetNamed } from "../../test/support/call.ts";
import type { Answer, Ending } from "../call/answer.ts";
import type { BudgetLimit, Spending } from "../call/budget.ts";
import type { Call } from "../call/call.ts";
import { PartLog } from "../call/part-log.ts";
import { newTrace, openAttempt } from "../call/trace.ts";
import { Troubles } from "../call/troubles.ts";
import { BudgetExceeded } from "../errors.ts";
import { memoryBudgets } from "../stores/memory/budgets.ts";
import { type BudgetStore, Budgets } from "./budget/of-task.ts";
import { budget } from "./budget.ts";

const noon = Date.parse("2026-11-24T12:00:00Z");
const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: noon });
});
afterEach(() => {
  vi.useRealTimers();
});

const requestsPerMinute = (max: number, waitMs = 0): BudgetLimit => ({
  kind: "requests",
  max,
  windowMs: minute,
  waitMs,
});
const atOnce = (max: number, waitMs = 0): BudgetLimit => ({ kind: "inFlight", max, waitMs });

/** A budget over a provider that answers when it is told to. */
function setUp(limits: readonly BudgetLimit[], store: BudgetStore = memoryBudgets) {
  const troubles = new Troubles(() => {});
  const budgets = new Budgets(store, troubles);
  const policy = budget(budgets);
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const send = (name: string, changes: Partial<Call> = {}) => {
    const call = callOf({ id: name, budget: limits, trace: newTrace(), ...changes });
    const outcome = policy(call, async () => {
      asked.push(name);
      const attempt = openAttempt(call.trace, "test/first", "ask");
      await new Promise<void>((resume) => answers.push(resume));
      Object.assign(attempt, { outcome: "ok", usage: usageOf(10, 5), costUsd: 0.001 });
      return answerOf(name);
    }).then(
      () => "answered" as const,
      (error: unknown) => error,
    );
    return { call, outcome };
  };
  const answer = async (): Promise<void> => {
    answers.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  const uses = () => budgets.of("ask", limits).uses();
  return { send, answer, asked, answers, uses, troubles };
}

function usageOf(inputTokens: number, outputTokens: number) {
  return {
    inputTokens,
    outputTokens,
    cachedTokens: null,
    cacheWriteTokens: null,
    reasoningTokens: null,
  };
}

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe("a call over the limit", () => {
  test("fails at once with what is used, of what, and when it resets", async () => {
    const { send, answer, asked } = setUp([requestsPerMinute(1)]);
    const first = send("a");
    await tick();
    await answer();
    expect(await first.outcome).toBe("answered");
    await tick(12_500);
    const error = await send("b").outcome;
    expect(error).toBeInstanceOf(BudgetExceeded);
    expect(error).toMatchObject({
      code: "BudgetExceeded",
      task: "ask",
      callId: "b",
      retryAfterMs: 47_500,
      retryable: false,
      reroutable: false,
      attempts: [],
      use: { limit: "requests", of: 1, used: 1, reserved: 0, resetsAt: noon + minute },
      message: expect.stringMatching(
        /has no room: 1 of 1 requests used in this window of 1 m, 0 reserved .* resets at 2026-11-24T12:01:00Z.*raise `budget.requests`/,
      ),
    });
    await tick(47_500);
    send("c");
    await tick();
    expect(asked).toEqual(["a", "c"]);
  });

  test("that is only reserved may come back at any time, not at the window's end alone", async () => {
    const { send } = setUp([requestsPerMinute(1)]);
    send("a");
    await tick(12_500);
    const error = await send("b").outcome;
    expect(error).toMatchObject({
      retryAfterMs: undefined,
      use: { used: 0, reserved: 1, resetsAt: noon + minute },
    });
  });

  test("of calls in flight says how many there are", async () => {
    const { send } = setUp([atOnce(2)]);
    send("a");
    send("b");
    await tick();
    const error = await send("c").outcome;
    expect(error).toMatchObject({ retryAfterMs: undefined, use: { limit: "inFlight", used: 2 } });
    expect(String(error)).toContain("has no room: 2 of 2 calls are in flight");
  });

  test("fails at once, too, when the reset comes after its wait or its deadline", async () => {
    const { send, answer } = setUp([requestsPerMinute(1, 30_000)]);
    send("a");
    await tick();
    await answer();
    expect(await send("b").outcome).toBeInstanceOf(BudgetExceeded);
    await tick(40_000);
    const hurried = { deadline: { at: performance.now() + 10_000 } };
    expect(await send("c", hurried).outcome).toBeInstanceOf(BudgetExceeded);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a call that waits", () => {
  test("goes when the window turns", async () => {
    const { send, answer, asked } = setUp([requestsPerMinute(1, minute)]);
    send("a");
    await tick(1_000);
    await answer();
    const { call, outcome } = send("b");
    await tick(58_990);
    expect(asked).toEqual(["a"]);
    await tick(10);
    expect(asked).toEqual(["a", "b"]);
    expect(call.trace.queuedMs).toBeCloseTo(59_000, -1);
    await answer();
    expect(await outcome).toBe("answered");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("goes when another has ended, in the order of arrival, overtaken by none", async () => {
    const { send, answer, asked } = setUp([atOnce(2, 10_000)]);
    for (const name of ["a", "b", "c", "d", "e"]) send(name);
    await tick(100);
    expect(asked).toEqual(["a", "b"]);
    await answer();
    send("f");
    await tick();
    expect(asked).toEqual(["a", "b", "c"]);
    for (let call = 0; call < 5; call++) await answer();
    expect(asked).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  test("a small one does not pass a large one that came before", async () => {
    const limit: BudgetLimit = { kind: "tokens", max: 10_000, windowMs: minute, waitMs: minute };
    const { send, answer, asked } = setUp([limit]);
    const asking = (maxOutputTokens: number) => ({
      request: { ...callOf().request, maxOutputTokens },
    });
    send("first", asking(6_000));
    send("large", asking(8_000));
    send("small", asking(10));
    await tick(100);
    expect(asked).toEqual(["first"]);
    await answer();
    expect(asked).toEqual(["first", "large", "small"]);
  });

  test("gives up when its wait is over, and lets the next one try", async () => {
    const { send, asked } = setUp([atOnce(1, 5_000)]);
    send("a");
    const b = send("b");
    await tick(1_000);
    const c = send("c");
    await tick(4_000);
    expect(await b.outcome).toBeInstanceOf(BudgetExceeded);
    expect(b.call.trace.queuedMs).toBeGreaterThanOrEqual(5_000);
    await tick(1_000);
    expect(await c.outcome).toBeInstanceOf(BudgetExceeded);
    expect(asked).toEqual(["a"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("leaves with its caller, and those behind it move up", async () => {
    const { send, answer, asked } = setUp([atOnce(1, 10_000)]);
    const abort = new AbortController();
    send("a");
    const left = send("b", { signal: abort.signal });
    send("c");
    await tick();
    abort.abort(new Error("gone"));
    expect(await left.outcome).toEqual(new Error("gone"));
    await answer();
    expect(asked).toEqual(["a", "c"]);
    await answer();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does so for what it can wait for, and not for a limit without a wait", async () => {
    const { send, answer, asked } = setUp([requestsPerMinute(2), atOnce(1, 10_000)]);
    send("a");
    const b = send("b");
    await tick();
    expect(asked).toEqual(["a"]);
    const c = send("c");
    await answer();
    await answer();
    expect(await b.outcome).toBe("answered");
    expect(await c.outcome).toMatchObject({ use: { limit: "requests" } });
  });
});

const others: Spending = { costUsd: 1, tokens: 1_000, requests: 7 };

describe("the store", () => {
  test("is asked at first use, and once a second while calls come", async () => {
    const usedByOthers = vi.fn(() => others);
    const { send, uses } = setUp([requestsPerMinute(20)], { usedByOthers, tell: () => {} });
    for (let call = 0; call < 5; call++) send(`${call}`);
    await tick();
    expect(usedByOthers.mock.calls).toEqual([[`${minute} ask`, noon]]);
    expect(await uses()).toMatchObject([{ used: 7, reserved: 5 }]);
    usedByOthers.mockReturnValue({ ...others, requests: 15 });
    await tick(1_000);
    expect(await send("late").outcome).toMatchObject({ use: { used: 15, reserved: 5 } });
    expect(usedByOthers).toHaveBeenCalledTimes(2);
  });

  test("is waited for where nothing is known, by all calls", async () => {
    const read = Promise.withResolvers<Spending>();
    const { send, asked } = setUp([requestsPerMinute(8)], {
      usedByOthers: () => read.promise,
      tell: () => {},
    });
    const outcomes = ["a", "b"].map((name) => send(name).outcome);
    await tick(100);
    expect(asked).toEqual([]);
    read.resolve(others);
    await tick();
    expect(asked).toEqual(["a"]);
    expect(await outcomes[1]).toBeInstanceOf(BudgetExceeded);
  });

  test("that fails or hangs holds up no call for long; the process keeps its own count", async () => {
    const broken: BudgetStore = {
      usedByOthers: () => new Promise(() => {}),
      tell: () => {
        throw new Error("disk full");
      },
    };
    const { send, answer, asked, troubles } = setUp([requestsPerMinute(2)], broken);
    for (const name of ["a", "b", "c"]) send(name);
    await tick(499);
    expect(asked).toEqual([]);
    await tick(1);
    expect(asked).toEqual(["a", "b"]);
    await answer();
    expect(troubles.counts()).toEqual({
      "What other processes use of budgets could not be read": 1,
      "What is used of budgets could not be kept": 1,
    });
    await tick(2_000);
    expect(await send("d").outcome).toBeInstanceOf(BudgetExceeded);
  });

  test("is told this process's total of each window, which begins anew when it turns", async () => {
    const tell = vi.fn<BudgetStore["tell"]>();
    const { send, answer } = setUp([requestsPerMinute(20)], {
      usedByOthers: () => others,
      tell,
    });
    const window = { startsAt: noon, endsAt: noon + minute };
    const used = { costUsd: 0.001, tokens: 15, requests: 1 };
    for (let call = 0; call < 2; call++) {
      send(`${call}`);
      await tick();
      await answer();
    }
    send("over midnight");
    await tick(minute);
    await answer();
    const next = { startsAt: noon + minute, endsAt: noon + 2 * minute };
    expect(tell.mock.calls).toEqual([
      [`${minute} ask`, window, used],
      [`${minute} ask`, window, { costUsd: 0.002, tokens: 30, requests: 2 }],
      [`${minute} ask`, next, used],
    ]);
  });
});

const endings = ["ok", "throws", "rejects", "stream", "broken stream", "no attempt"] as const;

/** The rest of the way, ending as it is told. */
function endingIn(kind: (typeof endings)[number], ms: number): (call: Call) => Promise<Answer> {
  const wait = () => new Promise((resume) => setTimeout(resume, ms));
  return (call) => {
    if (kind === "throws") throw new Error("at once");
    const attempt =
      kind === "no attempt" ? undefined : openAttempt(call.trace, "test/first", "ask");
    return wait().then((): Answer => {
      if (kind === "rejects" || attempt === undefined) throw new Error("later");
      if (kind === "ok") return answerOf("text");
      const { result } = answerOf("text");
      const ending: Ending =
        kind === "stream"
          ? { ok: true, result }
          : { ok: false, error: new Error("cut"), text: "te" };
      return { mode: "stream", parts: new PartLog(), end: wait().then(() => ending) };
    });
  };
}

test("nothing stays reserved, whatever becomes of the calls", async () => {
  const limits: BudgetLimit[] = [
    { kind: "cost", max: 0.2, windowMs: 1_000, waitMs: 700 },
    { kind: "tokens", max: 20_000, windowMs: minute, waitMs: 700 },
    { kind: "inFlight", max: 3, waitMs: 300 },
  ];
  const target = { ...targetNamed("test/first"), price: { input: 1, output: 5 } };
  const plan = fc.record({
    kind: fc.constantFrom(...endings),
    afterMs: fc.nat({ max: 2_000 }),
    takesMs: fc.nat({ max: 400 }),
    abortsAfterMs: fc.option(fc.nat({ max: 500 })),
  });
  const store = fc.constantFrom<BudgetStore>(memoryBudgets, {
    usedByOthers: () => Promise.reject(new Error("down")),
    tell: () => Promise.reject(new Error("down")),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { maxLength: 30 }), store, async (plans, budgetStore) => {
      const budgets = new Budgets(budgetStore, new Troubles(() => {}));
      const policy = budget(budgets);
      for (const { kind, afterMs, takesMs, abortsAfterMs } of plans) {
        setTimeout(() => {
          const abort = new AbortController();
          const { signal } = abort;
          if (abortsAfterMs !== null) setTimeout(() => abort.abort(), abortsAfterMs);
          const call = callOf({ budget: limits, targets: [target], signal, trace: newTrace() });
          policy(call, endingIn(kind, takesMs)).catch(() => {});
        }, afterMs);
      }
      await vi.advanceTimersByTimeAsync(6_000);
      const uses = await budgets.of("ask", limits).uses();
      expect(uses.map(({ reserved }) => reserved)).toEqual([0, 0, 0]);
      expect(uses.at(-1)?.used).toBe(0);
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 100 },
  );
});
