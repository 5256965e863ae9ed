import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { answerOf, callOf, targetNamed } from "../../test/support/call.ts";
import type { Answer } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import type { PaceRule } from "../call/target.ts";
import { openAttempt } from "../call/trace.ts";
import { pace } from "./pace.ts";
import type { TargetedCall } from "./policy.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  const timers = vi.getTimerCount();
  vi.useRealTimers();
  expect(timers).toBe(0);
});

type Ending = "ok" | "error" | "broken stream" | "abort";

interface Ask extends Partial<Call> {
  readonly rule?: Partial<PaceRule>;
  readonly hasFallback?: boolean;
  readonly takesMs?: number;
  readonly ends?: Ending;
  /** Headers of the response, and its status. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A target behind the policy; notes when requests were sent, and how many were open at once. */
function startTarget() {
  const policy = pace();
  const sent: { at: number; task: string }[] = [];
  let [open, mostOpen] = [0, 0];

  const answer = async (call: TargetedCall, ask: Ask): Promise<Answer> => {
    const { takesMs = 0, ends = "ok", headers = {}, status = 200 } = ask;
    sent.push({ at: performance.now(), task: call.task });
    const attempt = openAttempt(call.trace, call.target.name, "ask");
    mostOpen = Math.max(mostOpen, ++open);
    call.onHeaders?.(status, (name) => headers[name]);
    const taken = takesMs > 0 && new Promise((resume) => setTimeout(resume, takesMs));
    const wait = Promise.resolve(taken).then(() => {
      open--;
    });
    if (ends === "broken stream") {
      const { mode, parts } = { mode: "stream" as const, parts: {} as never };
      return { mode, parts, end: wait.then(() => ({ ok: false, error: new Error("broke") })) };
    }
    await wait;
    if (ends !== "ok") throw new Error(ends);
    attempt.usage = { ...usage, inputTokens: 10, outputTokens: 10 };
    return answerOf("ok");
  };

  const ask = (change: Ask = {}): Promise<Answer> => {
    const { rule, hasFallback = false, ...rest } = change;
    const target = targetNamed("test/first");
    const paced = { ...target, pace: { ...target.pace, ...rule } };
    const takeFallback = (): undefined => undefined;
    const call: TargetedCall = { ...callOf(rest), target: paced, hasFallback, takeFallback };
    const asked = policy(call, (inner) => answer(inner, change));
    asked.catch(() => {});
    return asked;
  };

  return {
    /** The answer to a call. */
    ask,
    /** Makes a call whose answer nobody waits for. */
    start: (change?: Ask): void => void ask(change),
    sent,
    times: () => sent.map(({ at }) => at - startedAt),
    get mostOpen() {
      return mostOpen;
    },
    get open() {
      return open;
    },
  };
}

let startedAt = 0;
beforeEach(() => {
  startedAt = performance.now();
});

const usage = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
};

/** More than any test waits. */
const untilAllIsDone = 600_000;

describe("requests a minute", () => {
  const rule = { requestsPerWindow: 2, waitMs: 300_000 };

  test("the third waits for the first to be a minute old", async () => {
    const { start, times } = startTarget();
    const call = callOf();
    start({ rule });
    await vi.advanceTimersByTimeAsync(10_000);
    start({ rule });
    start({ rule, trace: call.trace });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 10_000, 60_000]);
    expect(call.trace.queuedMs).toBe(50_000);
  });

  test("whatever comes when: no minute sees more than the limit, and all get through", async () => {
    const come = fc.array(fc.nat({ max: 30_000 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(come, fc.integer({ min: 1, max: 10 }), async (gaps, requestsPerWindow) => {
        const { start, sent } = startTarget();
        for (const gap of gaps) {
          start({ rule: { requestsPerWindow, waitMs: 86_400_000 } });
          await vi.advanceTimersByTimeAsync(gap);
        }
        await vi.advanceTimersByTimeAsync(60_000 * gaps.length);
        expect(sent).toHaveLength(gaps.length);
        for (const { at } of sent) {
          const within = sent.filter((other) => other.at > at - 60_000 && other.at <= at);
          expect(within.length).toBeLessThanOrEqual(requestsPerWindow);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a task with few calls does not stand behind one with thousands", async () => {
    const target = startTarget();
    for (let call = 0; call < 3_000; call++) {
      target.start({ task: "bulk", rule: { inFlight: 2, waitMs: 3_600_000 }, takesMs: 100 });
    }
    await vi.advanceTimersByTimeAsync(50);
    target.sent.length = 0;
    for (let call = 0; call < 3; call++) {
      target.start({ task: "chat", rule: { inFlight: 2, waitMs: 3_600_000 }, takesMs: 100 });
    }
    await vi.advanceTimersByTimeAsync(500);
    const order = target.sent.map(({ task }) => task);
    expect(order.slice(0, 7)).toEqual(["bulk", "chat", "bulk", "chat", "bulk", "chat", "bulk"]);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(target.open).toBe(0);
  });
});

describe("tokens a minute", () => {
  const prompt = (tokens: number): Ask => ({
    rule: { tokensPerWindow: 1_000, waitMs: 300_000 },
    request: {
      prompt: [{ role: "user", content: [{ type: "text", text: "a".repeat(3 * (tokens - 8)) }] }],
      maxOutputTokens: 100,
    },
  });

  test("are estimated when the request is sent, and set right when it has ended", async () => {
    const { start, times } = startTarget();
    for (let call = 0; call < 3; call++) start({ ...prompt(500), takesMs: 1_000 });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    // 600 each at first; 20 in truth: then the next fits, and not before.
    expect(times()).toEqual([0, 1_000, 2_000]);
  });

  test("that no answer has told keep their estimate; those of a request larger than the limit go alone", async () => {
    const { start, times } = startTarget();
    start({ ...prompt(300), ends: "abort" });
    await vi.advanceTimersByTimeAsync(1_000);
    start({ ...prompt(5_000), ends: "abort" });
    start(prompt(50));
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 60_000, 120_000]);
  });
});

describe("requests at once", () => {
  test("are no more than the limit, however they end, and their places all come back", async () => {
    const asked = fc.array(
      fc.record({
        takesMs: fc.nat({ max: 500 }),
        ends: fc.constantFrom<Ending[]>("ok", "error", "broken stream", "abort"),
        leavesMs: fc.option(fc.nat({ max: 2_000 })),
        task: fc.constantFrom("a", "b"),
      }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 1, max: 5 }), async (calls, inFlight) => {
        const target = startTarget();
        const rule = { inFlight, waitMs: 3_600_000 };
        for (const { leavesMs, ...call } of calls) {
          const leaving = new AbortController();
          if (leavesMs !== null) setTimeout(() => leaving.abort(new Error("left")), leavesMs);
          target.start({ ...call, rule, signal: leaving.signal });
        }
        await vi.advanceTimersByTimeAsync(60_000);
        expect(target.mostOpen).toBeLessThanOrEqual(inFlight);
        expect(target.open).toBe(0);
        target.sent.length = 0;
        for (let call = 0; call < inFlight; call++) target.start({ rule });
        expect(target.sent).toHaveLength(0);
        await vi.advanceTimersByTimeAsync(0);
        expect(target.sent).toHaveLength(inFlight);
      }),
      { numRuns: 50 },
    );
  });

  test("a call that waits ends with its signal, and leaves its place in the queue", async () => {
    const { ask, start, sent } = startTarget();
    const rule = { inFlight: 1, waitMs: 60_000 };
    start({ rule, takesMs: 1_000 });
    const leaving = new AbortController();
    const left = ask({ rule, signal: leaving.signal });
    start({ rule, task: "other" });
    await vi.advanceTimersByTimeAsync(500);
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.map(({ task }) => task)).toEqual(["ask", "other"]);
  });
});

describe("who cannot have its turn in time", () => {
  const rule = { requestsPerWindow: 1, waitMs: 30_000 };
  const held = { code: "RateLimited", retryable: false, reroutable: true, attempts: [] };

  test("is refused at once, with the time when it could, and nothing is sent", async () => {
    const { ask, start, sent } = startTarget();
    start({ rule });
    const error = await ask({ rule }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...held, retryAfterMs: 60_000 });
    expect(String(error)).toMatch(/held back by Seam's own pacing.* in 1 m at the soonest/);
    expect(sent).toHaveLength(1);
  });

  test("waits for those in flight, which may take fewer tokens than they are estimated to", async () => {
    const { ask, start, times } = startTarget();
    const most = { rule: { tokensPerWindow: 5_000, waitMs: 5_000 } };
    start({ ...most, takesMs: 1_000 });
    const waiting = ask({ ...most, takesMs: 1_000 });
    await vi.advanceTimersByTimeAsync(2_000);
    await expect(waiting).resolves.toBeDefined();
    expect(times()).toEqual([0, 1_000]);
  });

  test("is refused when those in flight have ended, and have left too little", async () => {
    const { ask, start, times } = startTarget();
    const most = { rule: { tokensPerWindow: 5_000, waitMs: 5_000 } };
    start({ ...most, takesMs: 1_000, ends: "error" });
    const refused = ask(most);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(refused).rejects.toMatchObject({ ...held, retryAfterMs: 59_000 });
    expect(times()).toEqual([0]);
  });

  test("is refused by its place in the queue, and by its deadline", async () => {
    const { ask, start } = startTarget();
    const patient = { requestsPerWindow: 1, waitMs: 100_000 };
    start({ rule: patient });
    start({ rule: patient });
    await expect(ask({ rule: patient })).rejects.toMatchObject({ ...held, retryAfterMs: 120_000 });
    const deadline = { at: performance.now() + 59_000 };
    await expect(ask({ rule: patient, task: "other", deadline })).rejects.toMatchObject(held);
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
  });

  test("waits no longer than it may for a place", async () => {
    const { ask, start, sent } = startTarget();
    const one = { inFlight: 1, waitMs: 5_000 };
    start({ rule: one, takesMs: 20_000 });
    const { trace } = callOf();
    const refused = ask({ rule: one, trace });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(trace.queuedMs).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await expect(refused).rejects.toMatchObject(held);
    expect(trace.queuedMs).toBe(5_000);
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(sent).toHaveLength(1);
  });
});

describe("what responses tell", () => {
  const busy = { status: 429, headers: { "retry-after": "10" }, ends: "error" } as const;

  test("Retry-After holds the calls that come, and those that wait", async () => {
    const { start, times } = startTarget();
    const rule = { inFlight: 1 };
    start({ rule, takesMs: 100, ...busy });
    start({ rule });
    await vi.advanceTimersByTimeAsync(1_000);
    start({ rule });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 10_000, 10_000]);
  });

  test("a hold that is too long sends a call to its fallback, and holds no call that has none", async () => {
    const { ask, start, times } = startTarget();
    const rule = { waitMs: 5_000 };
    await ask({ ...busy, rule }).catch(() => {});
    await expect(ask({ rule, hasFallback: true })).rejects.toMatchObject({
      code: "RateLimited",
      retryable: false,
      reroutable: true,
      message: expect.stringContaining("its provider takes no request for 10 s"),
    });
    start({ rule });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 0]);
  });

  test("with a fallback at hand, a call waits no longer than it would for a retry", async () => {
    const { ask, start, times } = startTarget();
    await ask(busy).catch(() => {});
    const retry = { ...callOf().retry, maxDelayMs: 9_000 };
    await expect(ask({ retry, hasFallback: true })).rejects.toMatchObject({ code: "RateLimited" });
    start({ retry });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 10_000]);
  });

  test("a turn that comes with the last moment of the wait is one", async () => {
    const { ask, times } = startTarget();
    const rule = { waitMs: 10_000 };
    const retry = { ...callOf().retry, maxDelayMs: 10_000 };
    await ask({ ...busy, rule }).catch(() => {});
    const asked = ask({ rule, retry, hasFallback: true });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    await asked;
    expect(times()).toEqual([0, 10_000]);
  });

  test("a hold that becomes too long while a call waits does the same", async () => {
    const { ask, start, times } = startTarget();
    const rule = { inFlight: 1, waitMs: 5_000 };
    start({ rule, takesMs: 1_000, ...busy });
    const rerouted = ask({ rule, hasFallback: true });
    start({ rule, task: "patient", deadline: { at: performance.now() + 60_000 } });
    await vi.advanceTimersByTimeAsync(100);
    await expect(rerouted).rejects.toMatchObject({ code: "RateLimited" });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 1_000]);
  });

  test("a deadline that is over is for the call's signal to tell, not for its pacing", async () => {
    const { ask, times } = startTarget();
    const rule = { inFlight: 1 };
    const headers = { "retry-after-ms": "10" };
    const first = ask({ rule, takesMs: 100, ...busy, headers });
    await vi.advanceTimersByTimeAsync(1);
    const late = ask({ rule, hasFallback: true, deadline: { at: performance.now() + 40 } });
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    await expect(first).rejects.toThrow("error");
    await late;
    expect(times()).toEqual([0, 100]);
  });

  test("who need not heed it does not stand behind who does", async () => {
    const { ask, start, sent } = startTarget();
    await ask(busy).catch(() => {});
    start({});
    start({ deadline: { at: performance.now() + 2_000 } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(sent).toHaveLength(3);
  });

  test("a 429 without Retry-After holds nobody, nor does a target that is told not to learn", async () => {
    const [vague, unheard] = [startTarget(), startTarget()];
    await vague.ask({ ...busy, headers: {} }).catch(() => {});
    await vague.ask();
    const rule = { learn: false, inFlight: 10 };
    await unheard.ask({ ...busy, rule }).catch(() => {});
    await unheard.ask({ rule });
    expect([...vague.times(), ...unheard.times()]).toEqual([0, 0, 0, 0]);
  });

  test("what is left of the provider's limit is spread over what comes back", async () => {
    const { ask, start, times } = startTarget();
    const headers = {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "1",
      "x-ratelimit-reset-requests": "59s",
    };
    await ask({ headers });
    for (let call = 0; call < 4; call++) start({});
    await vi.advanceTimersByTimeAsync(untilAllIsDone);
    expect(times()).toEqual([0, 0, 1_000, 2_000, 3_000]);
  });
});
