import { DeadlineExceeded, RateLimited } from "llm-seam";
import type { Fault } from "llm-seam/simulator";
import { describe, expect, test, vi } from "vitest";
import { collect, type Harness, rejection, settled, startHarness } from "../support/harness.ts";

const target = "anthropic/claude-haiku-4-5";
const fallback = "openai/gpt-4.1-mini";
const tasks = {
  ask: { model: target },
  backed: { model: target, fallbacks: [fallback] },
  kept: { model: target, cache: true },
} as const;

function start(options: { readonly faults?: readonly Fault[]; readonly reply?: string } = {}) {
  return startHarness(
    { tasks, defaults: { retry: { attempts: 3, baseDelay: 1 } } },
    {
      faults: options.faults ?? [],
      script: { replies: [{ reply: options.reply ?? "Good morning to you." }] },
    },
  );
}

/** Loads the provider, so that its loading takes no part in a test of time. */
async function warmUp({ seam, simulator }: Harness<keyof typeof tasks>, faults: readonly Fault[]) {
  simulator.play([]);
  await seam.complete("backed", { prompt: "warm up" });
  simulator.clear();
  simulator.play({ sequence: faults, afterwards: faults.at(-1) ?? "none" });
}

/** Timers and sockets of our own making that still keep the process awake. */
function timersLeft(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

const silences: readonly Fault[] = [
  "header-silence",
  "body-silence",
  { type: "pings-only", everyMs: 5 },
  { type: "stall", afterTokens: 2 },
];

describe.each(silences)("a provider that says nothing: %j", (fault) => {
  test.concurrent.each(["complete", "stream"] as const)(
    "%s ends at the call's deadline and closes the socket",
    async (pattern) => {
      await using harness = await start();
      await warmUp(harness, [fault]);
      const { seam, simulator } = harness;
      const begun = performance.now();
      const options = { prompt: "hello", limits: { deadline: 150 } };
      const error =
        pattern === "complete"
          ? await rejection(seam.complete("ask", options))
          : (await collect(seam.stream("ask", options))).error;
      const took = performance.now() - begun;
      const inTheMiddle =
        pattern === "stream" && typeof fault !== "string" && fault.type === "stall";
      const deadline = inTheMiddle ? (error as Error).cause : error;
      expect(deadline).toBeInstanceOf(DeadlineExceeded);
      expect(deadline).toMatchObject({ limit: "deadline", limitMs: 150 });
      if (inTheMiddle) expect(error).toMatchObject({ code: "StreamInterrupted", text: "Good mor" });
      expect(took).toBeGreaterThanOrEqual(148);
      expect(took).toBeLessThan(3_000);
      await settled(simulator);
      expect(simulator.requests).toMatchObject([{ closedByClient: true }]);
      expect(await harness.lastEvent()).toMatchObject({
        error_code: inTheMiddle ? "StreamInterrupted" : "DeadlineExceeded",
        attempt_count: 1,
        attempts: [{ outcome: "DeadlineExceeded" }],
      });
    },
  );
});

test("each limit of an attempt is named by the error it ends with", async () => {
  const limits = {
    total: { fault: "header-silence", attempt: { total: 60 }, stream: false },
    headers: { fault: "header-silence", attempt: { headers: 60 }, stream: true },
    firstToken: { fault: "body-silence", attempt: { firstToken: 60 }, stream: true },
    silence: { fault: { type: "stall", afterTokens: 1 }, attempt: { silence: 60 }, stream: true },
  } as const;
  await using harness = await start();
  for (const [limit, { fault, attempt, stream }] of Object.entries(limits)) {
    await warmUp(harness, [fault]);
    const options = { prompt: limit, limits: { attempt } };
    const error = stream
      ? (await collect(harness.seam.stream("ask", options))).error
      : await rejection(harness.seam.complete("ask", options));
    const cause = limit === "silence" ? (error as Error).cause : error;
    expect(cause).toMatchObject({ code: "DeadlineExceeded", limit, limitMs: 60 });
    expect((error as Error).message).toContain("60 ms");
  }
});

test("slow headers do not use up the limit of silence, nor does a slow answer that keeps talking", async () => {
  await using harness = await start({ reply: "one two three four five six seven eight" });
  await warmUp(harness, [{ type: "slow", firstTokenMs: 300, tokensPerSecond: 25 }]);
  const stream = harness.seam.stream("ask", {
    prompt: "slowly",
    limits: { attempt: { silence: 250, firstToken: "5s", headers: "5s", total: "10s" } },
  });
  const { pieces, error } = await collect(stream);
  expect(error).toBeUndefined();
  expect(pieces.join("")).toBe("one two three four five six seven eight");
});

test("an attempt that timed out is followed by another inside the call's deadline", async () => {
  await using harness = await start();
  await warmUp(harness, ["body-silence", "none"]);
  const { text, callId } = await harness.seam.complete("ask", {
    prompt: "twice",
    limits: { deadline: "10s", attempt: { total: 300 } },
  });
  expect(text).toBe("Good morning to you.");
  const { attempts } = await harness.event(callId);
  expect(attempts).toMatchObject([{ outcome: "DeadlineExceeded" }, { outcome: "ok" }]);
  expect(attempts[0]?.durationMs).toBeGreaterThanOrEqual(298);
});

test("limits of a call hold for that call alone", async () => {
  await using harness = await start();
  await warmUp(harness, ["body-silence", "none"]);
  const { seam } = harness;
  await expect(
    seam.complete("ask", { prompt: "short", limits: { deadline: 50 } }),
  ).rejects.toMatchObject({ limit: "deadline", limitMs: 50 });
  expect((await seam.complete("ask", { prompt: "long" })).text).toBe("Good morning to you.");
});

describe("Retry-After", () => {
  const late: Fault = { type: "status", status: 429, retryAfter: 30 };

  test("that does not fit in the deadline fails at once and says when to come back", async () => {
    await using harness = await start();
    await warmUp(harness, [late]);
    const begun = performance.now();
    const error = await rejection(
      harness.seam.complete("ask", { prompt: "later", limits: { deadline: "20s" } }),
    );
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ status: 429, retryAfterMs: 30_000 });
    expect((error as Error).message).toContain("Try again in 30 s.");
    expect(harness.simulator.requests).toHaveLength(1);
    const { notes } = await harness.lastEvent();
    expect(notes).toEqual([expect.stringContaining("30 s does not fit")]);
  });

  test.each([{ deadline: "20s" }, { deadline: "5m" }] as const)(
    "that is long gives way to the fallback at once (deadline $deadline)",
    async ({ deadline }) => {
      await using harness = await start();
      await warmUp(harness, [late]);
      harness.simulator.play({ sequence: [late], when: { protocol: "anthropic" } });
      const begun = performance.now();
      const { target: answeredBy } = await harness.seam.complete("backed", {
        prompt: "now",
        limits: { deadline },
      });
      expect(performance.now() - begun).toBeLessThan(5_000);
      expect(answeredBy).toBe(fallback);
      expect(harness.simulator.requests).toHaveLength(2);
    },
  );

  const inOneSecond = (): string => new Date(Date.now() + 2_000).toUTCString();
  test.concurrent.each<{ form: string; fault: () => Fault; floor: number }>([
    {
      form: "in seconds",
      fault: () => ({ type: "status", status: 429, retryAfter: 1 }),
      floor: 1_000,
    },
    {
      form: "in milliseconds",
      fault: () => ({ type: "status", status: 503, retryAfterMs: 120, retryAfter: 60 }),
      floor: 120,
    },
    {
      form: "as an HTTP date",
      fault: () => ({ type: "status", status: 529, retryAfter: inOneSecond() }),
      floor: 900,
    },
    {
      form: "on a 500",
      fault: () => ({ type: "status", status: 500, retryAfterMs: 80 }),
      floor: 80,
    },
  ])("$form is the least the next attempt waits", async ({ fault, floor }) => {
    await using harness = await start();
    await warmUp(harness, []);
    harness.simulator.play([fault()]);
    const { callId } = await harness.seam.complete("ask", { prompt: "patiently" });
    const [first, second] = harness.simulator.requests;
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeGreaterThanOrEqual(floor - 2);
    const { attempts } = await harness.event(callId);
    expect(attempts[0]?.waitMs).toBeGreaterThanOrEqual(floor);
  });

  test.each(["soon", "-3", "NaN", "1e3", "12 o'clock", "+5", "Infinity", "0x10"])(
    "%j is garbage: the backoff decides",
    async (retryAfter) => {
      await using harness = await start({ faults: [{ type: "status", status: 429, retryAfter }] });
      const { callId } = await harness.seam.complete("ask", { prompt: "whatever" });
      const { attempts } = await harness.event(callId);
      expect(attempts[0]?.waitMs).toBeLessThanOrEqual(1);
    },
  );
});

describe("the caller's abort", () => {
  const reason = new Error("the user has left");

  test.each<{ when: string; faults: readonly Fault[] }>([
    { when: "before the headers", faults: ["header-silence"] },
    { when: "in the silence after the headers", faults: ["body-silence"] },
    { when: "while pings come", faults: [{ type: "pings-only", everyMs: 5 }] },
    { when: "in the middle of the body", faults: [{ type: "stall", afterTokens: 2 }] },
  ])("$when reaches the provider's socket", async ({ faults }) => {
    await using harness = await start();
    await warmUp(harness, faults);
    const { seam, simulator } = harness;
    for (const pattern of ["complete", "stream"] as const) {
      const controller = new AbortController();
      simulator.clear();
      const options = { prompt: `stop ${pattern}`, signal: controller.signal };
      const work =
        pattern === "complete"
          ? seam.complete("ask", options)
          : collect(seam.stream("ask", options)).then(({ error }) => Promise.reject(error));
      const failed = rejection(work);
      await vi.waitFor(() => expect(simulator.requests[0]).toBeDefined());
      controller.abort(reason);
      expect(await failed).toBe(reason);
      await settled(simulator);
      expect(simulator.requests).toMatchObject([{ closedByClient: true }]);
      expect(await harness.lastEvent()).toMatchObject({
        error_code: "Aborted",
        attempts: [{ outcome: "Aborted" }],
      });
    }
  });

  test("during the wait between two attempts ends it, with no further request", async () => {
    await using harness = await start();
    await warmUp(harness, [{ type: "status", status: 429, retryAfter: 20 }]);
    const { seam, simulator } = harness;
    const controller = new AbortController();
    const failed = rejection(seam.complete("ask", { prompt: "stop", signal: controller.signal }));
    await vi.waitFor(() => expect(simulator.requests[0]?.finishedAt).toBeDefined());
    await new Promise((resume) => setTimeout(resume, 30));
    controller.abort(reason);
    expect(await failed).toBe(reason);
    expect(simulator.requests).toHaveLength(1);
    expect(await harness.lastEvent()).toMatchObject({
      error_code: "Aborted",
      attempts: [{ outcome: "RateLimited" }],
    });
  });

  test("that came before the call sends nothing and is seen in the event", async () => {
    await using harness = await start();
    const signal = AbortSignal.abort(reason);
    expect(await rejection(harness.seam.complete("ask", { prompt: "never", signal }))).toBe(reason);
    const { error } = await collect(harness.seam.stream("ask", { prompt: "never", signal }));
    expect(error).toBe(reason);
    expect(harness.simulator.requests).toHaveLength(0);
    expect(await harness.events()).toMatchObject([
      { error_code: "Aborted", attempt_count: 0 },
      { error_code: "Aborted", attempt_count: 0 },
    ]);
  });

  test("while it waits for another's identical request leaves that one alone", async () => {
    await using harness = await start();
    await warmUp(harness, [{ type: "slow", firstTokenMs: 150, tokensPerSecond: 1_000 }]);
    const { seam, simulator } = harness;
    const controller = new AbortController();
    const first = seam.complete("kept", { prompt: "the same" });
    const second = rejection(
      seam.complete("kept", { prompt: "the same", signal: controller.signal }),
    );
    await vi.waitFor(() => expect(simulator.requests[0]).toBeDefined());
    controller.abort(reason);
    expect(await second).toBe(reason);
    expect((await first).text).toBe("Good morning to you.");
    expect(simulator.requests).toMatchObject([{ closedByClient: false }]);
  });

  test("leaves no listener on a signal that serves many calls", async () => {
    await using harness = await start();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    for (let round = 0; round < 5; round++) {
      await harness.seam.complete("ask", { prompt: `complete ${round}`, signal });
      await collect(harness.seam.stream("kept", { prompt: `stream ${round}`, signal }));
    }
    await vi.waitFor(() =>
      expect(removed.mock.calls.length).toBeGreaterThanOrEqual(added.mock.calls.length),
    );
    expect(added).toHaveBeenCalled();
  });
});

test("finished calls leave no timer behind, whichever way they ended", async () => {
  await using harness = await start();
  const { seam, simulator } = harness;
  await warmUp(harness, ["status-500", "body-silence", "none"]);
  await harness.seam.flush();
  const before = timersLeft();
  const limits = { deadline: "60s", attempt: { total: 80, firstToken: 80 } } as const;
  await seam.complete("backed", { prompt: "one", limits });
  await collect(seam.stream("kept", { prompt: "two", limits }));
  simulator.play(["drop", { type: "drop", afterTokens: 1 }]);
  await collect(seam.stream("ask", { prompt: "three", limits }));
  simulator.play(["header-silence"]);
  await rejection(seam.complete("ask", { prompt: "four", limits: { deadline: 50 } }));
  await settled(simulator);
  await seam.flush();
  await vi.waitFor(() => expect(timersLeft()).toBeLessThanOrEqual(before));
});
