import { createSeam, type HedgeConfig } from "llm-seam";
import {
  type Fault,
  type FaultPlan,
  type ScriptRequest,
  simulatedModel,
  startSimulator,
} from "llm-seam/simulator";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { collect, type Harness, rejection, settled, startHarness } from "../support/harness.ts";

const first = "anthropic/claude-haiku-4-5";
const second = "openai/gpt-4.1-mini";
const third = "local/qwen3";
const texts = {
  [first]: "The first one said so.",
  [second]: "The second one said so.",
  [third]: "The third one said so.",
} as const;
/** Long enough to be late on any machine, short enough to wait for. */
const slow = { type: "slow", firstTokenMs: 700, tokensPerSecond: 1_000 } as const;
const hang = "header-silence";
const always = { share: 1, after: 100 } as const satisfies HedgeConfig;
type Task = "ask" | "pair" | "trio" | "kept";

function start(hedge: HedgeConfig | boolean, faults: FaultPlan = []): Promise<Harness<Task>> {
  return startHarness(
    {
      tasks: {
        ask: { model: first },
        pair: { model: first, fallbacks: [second] },
        trio: { model: first, fallbacks: [second, third] },
        kept: { model: first, fallbacks: [second], cache: true },
      },
      defaults: { hedge, retry: false, breaker: false },
    },
    {
      faults,
      script: {
        replies: Object.entries(texts).map(([name, reply]) => ({
          match: { model: name.slice(name.indexOf("/") + 1) },
          reply,
        })),
      },
    },
  );
}

/** Loads the providers, so that their loading takes no part in a test of time. */
async function warmUp({ seam, simulator }: Harness<Task>, faults: FaultPlan): Promise<void> {
  simulator.play(["status-401", "status-401"]);
  await seam.complete("trio", { prompt: "warm up" });
  simulator.clear();
  simulator.play(faults);
}

const anthropic = (fault: Fault): FaultPlan => ({
  sequence: [],
  afterwards: fault,
  when: { protocol: "anthropic" },
});

describe("a target that is late", () => {
  test("is left for the fallback that answers first; its socket is closed, and both are counted", async () => {
    await using harness = await start(always);
    await warmUp(harness, anthropic(hang));
    const { seam, simulator } = harness;
    const { text, target, cost } = await seam.complete("pair", { prompt: "now" });
    expect([text, target]).toEqual([texts[second], second]);
    await settled(simulator);
    expect(simulator.requests).toMatchObject([
      { protocol: "anthropic", closedByClient: true },
      { protocol: "openai", closedByClient: false },
    ]);
    const event = await harness.lastEvent();
    expect(event.attempts).toMatchObject([
      { number: 1, target: first, kind: "ask", outcome: "Aborted", costUsd: null },
      { number: 2, target: second, kind: "hedge", outcome: "ok", costUsd: expect.any(Number) },
    ]);
    expect(event).toMatchObject({
      answered_by: second,
      cost_usd: cost,
      unpriced_attempts: 1,
      attempt_count: 2,
      reroutes: [],
      notes: [expect.stringMatching(`^hedged after .* on ${second}: the hedge was first$`)],
    });
    expect(event.attempts[0]?.durationMs).toBeGreaterThanOrEqual(98);
  });

  test("may still be the first to answer: then the hedge's socket is closed", async () => {
    await using harness = await start(always);
    await warmUp(harness, {
      sequence: [slow, hang],
      afterwards: "none",
    });
    const { text, target } = await harness.seam.complete("pair", { prompt: "now" });
    expect([text, target]).toEqual([texts[first], first]);
    await settled(harness.simulator);
    expect(harness.simulator.requests).toMatchObject([
      { protocol: "anthropic", closedByClient: false },
      { protocol: "openai", closedByClient: true },
    ]);
    expect(await harness.lastEvent()).toMatchObject({
      answered_by: first,
      attempts: [{ outcome: "ok" }, { kind: "hedge", outcome: "Aborted", costUsd: null }],
      unpriced_attempts: 1,
      notes: [expect.stringContaining("the first request was first")],
    });
  });

  test("is asked once more where there is no fallback", async () => {
    await using harness = await start(always);
    await warmUp(harness, [hang]);
    const { text, target } = await harness.seam.complete("ask", { prompt: "now" });
    expect([text, target]).toEqual([texts[first], first]);
    expect((await harness.lastEvent()).attempts).toMatchObject([
      { target: first, kind: "ask", outcome: "Aborted" },
      { target: first, kind: "hedge", outcome: "ok" },
    ]);
  });

  test("is not asked once more while it has asked for a pause itself", async () => {
    await using harness = await start(always);
    await warmUp(harness, [{ type: "status", status: 429, retryAfterMs: 400 }]);
    const retrying = createSeam({
      store: false,
      providers: {
        anthropic: { baseURL: harness.simulator.baseURL, apiKey: "test-key" },
      },
      tasks: { ask: { model: first, hedge: always, retry: { baseDelay: 1 } } },
    });
    await retrying.complete("ask", { prompt: "now" });
    await retrying.close();
    const [refused, again, ...others] = harness.simulator.requests;
    expect(others).toEqual([]);
    expect((again?.receivedAt ?? 0) - (refused?.receivedAt ?? 0)).toBeGreaterThanOrEqual(398);
  });
});

test("a cached answer saved what the request that brought it cost, whatever the hedge did", async () => {
  await using harness = await start(always);
  await warmUp(harness, { sequence: [slow, hang] });
  const { cost, target } = await harness.seam.complete("kept", { prompt: "now" });
  expect(cost).toBeGreaterThan(0);
  expect(target).toBe(first);
  expect((await harness.seam.complete("kept", { prompt: "now" })).source).toBe("cache");
  expect(await harness.lastEvent()).toMatchObject({ saved_usd: cost, attempts: [] });
});

test("a stream is one target's from its first word to its last, whichever commits first", async () => {
  await using harness = await start(always);
  for (const { faults, answeredBy } of [
    { faults: anthropic(slow), answeredBy: second },
    { faults: { sequence: [slow], afterwards: hang } as const, answeredBy: first },
  ] as const) {
    await warmUp(harness, faults);
    const stream = harness.seam.stream("pair", { prompt: "now" });
    const { pieces, error } = await collect(stream);
    expect([pieces.join(""), error]).toEqual([texts[answeredBy], undefined]);
    expect((await stream.result).target).toBe(answeredBy);
    await settled(harness.simulator);
    const event = await harness.event(stream.callId);
    expect(event.answered_by).toBe(answeredBy);
    expect(event["first_token_ms"]).toBeGreaterThanOrEqual(98);
    expect(event.attempts.map(({ outcome }) => outcome).toSorted()).toEqual(["Aborted", "ok"]);
  }
});

test("a stream that breaks after its commit tells of every attempt of the call", async () => {
  await using harness = await start(always);
  await warmUp(harness, { sequence: [hang, { type: "drop", afterTokens: 2 }] });
  const { error } = await collect(harness.seam.stream("pair", { prompt: "now" }));
  expect(error).toMatchObject({
    code: "StreamInterrupted",
    target: second,
    attempts: [{ outcome: "Aborted" }, { outcome: "ProviderUnavailable" }],
  });
  await settled(harness.simulator);
});

test("extract and seam.model are hedged, too, and every answer is judged", async () => {
  await using harness = await start(always);
  await warmUp(harness, anthropic(hang));
  harness.simulator.script({ replies: [{ reply: { type: "json", value: { urgent: true } } }] });
  const schema = z.object({ urgent: z.boolean() });
  const extracted = await harness.seam.extract("pair", { prompt: "now", schema });
  expect(extracted).toMatchObject({ value: { urgent: true }, target: second, asks: 1 });
  const answer = await harness.seam.model("pair").doGenerate({
    prompt: [{ role: "user", content: [{ type: "text", text: "now" }] }],
  });
  expect(answer.content).toMatchObject([{ type: "text" }]);
  expect((await harness.lastEvent()).attempts).toMatchObject([
    { kind: "ask" },
    { kind: "hedge", outcome: "ok" },
  ]);
});

test("a verdict on the hedge's answer is the call's: a refusal is not asked round", async () => {
  await using harness = await start(always);
  await warmUp(harness, { sequence: [hang, "refusal"] });
  const error = await rejection(harness.seam.complete("trio", { prompt: "now" }));
  expect(error).toMatchObject({ code: "Refused" });
  await settled(harness.simulator);
  expect(harness.simulator.requests).toMatchObject([{ closedByClient: true }, {}]);
  expect((await harness.lastEvent())["input_tokens"]).toBeGreaterThan(0);
});

describe("failures", () => {
  test("before the hedge is due go to the fallback as ever", async () => {
    await using harness = await start({ share: 1, after: "10s" });
    await warmUp(harness, anthropic("status-529"));
    await harness.seam.complete("pair", { prompt: "now" });
    expect(await harness.lastEvent()).toMatchObject({
      attempts: [{ kind: "ask" }, { kind: "ask", target: second }],
      reroutes: [{ from: first, to: second }],
      notes: [],
    });
  });

  test("of the hedge leave the call to the first one", async () => {
    await using harness = await start(always);
    await warmUp(harness, { sequence: [slow, "status-400"] });
    expect((await harness.seam.complete("pair", { prompt: "now" })).target).toBe(first);
    expect((await harness.lastEvent()).attempts).toMatchObject([
      { outcome: "ok" },
      { outcome: "InvalidRequest" },
    ]);
  });

  test("of the first one leave the call to the hedge", async () => {
    await using harness = await start(always);
    const { seam, simulator } = harness;
    await warmUp(harness, { sequence: [{ type: "drop", afterTokens: 2 }] });
    const hedged = Promise.withResolvers<void>();
    const reply = async (request: ScriptRequest): Promise<string> => {
      if (request.protocol === "anthropic") await hedged.promise;
      else {
        hedged.resolve();
        await vi.waitFor(() => expect(simulator.requests[0]?.finishedAt).toBeDefined());
      }
      return texts[second];
    };
    simulator.script({ replies: [{ reply }] });
    expect((await seam.complete("pair", { prompt: "now" })).target).toBe(second);
    expect(await harness.lastEvent()).toMatchObject({
      attempts: [{ outcome: "ProviderUnavailable" }, { kind: "hedge", outcome: "ok" }],
      reroutes: [],
    });
  });

  test("of both go on to the fallbacks that are left, with the first one's reason", async () => {
    await using harness = await start(always);
    await warmUp(harness, { sequence: [hang, "status-529"], afterwards: "none" });
    const limits = { attempt: { total: 400 } };
    const { target } = await harness.seam.complete("trio", { prompt: "now", limits });
    expect(target).toBe(third);
    const event = await harness.lastEvent();
    expect(event.attempts).toMatchObject([
      { target: first, kind: "ask", outcome: "DeadlineExceeded" },
      { target: second, kind: "hedge", outcome: "Overloaded" },
      { target: third, kind: "ask", outcome: "ok" },
    ]);
    expect(event.reroutes).toEqual([
      { from: first, to: third, reason: expect.stringContaining("400 ms") },
    ]);
  });
});

describe.each(["complete", "stream"] as const)("%s", (pattern) => {
  test("the caller's abort and the deadline close both sockets", async () => {
    await using harness = await start(always);
    for (const kind of ["abort", "deadline"] as const) {
      await warmUp(harness, { sequence: [hang, hang] });
      const caller = new AbortController();
      const options = {
        prompt: "now",
        signal: caller.signal,
        limits: { deadline: kind === "deadline" ? 400 : 60_000 },
      } as const;
      if (kind === "abort") setTimeout(() => caller.abort(new Error("the user left")), 400);
      const error =
        pattern === "complete"
          ? await rejection(harness.seam.complete("pair", options))
          : (await collect(harness.seam.stream("pair", options))).error;
      if (kind === "abort") expect(error).toMatchObject({ message: "the user left" });
      else expect(error).toMatchObject({ code: "DeadlineExceeded", limit: "deadline" });
      await settled(harness.simulator);
      expect(harness.simulator.requests).toMatchObject([
        { closedByClient: true },
        { closedByClient: true },
      ]);
      const outcome = kind === "abort" ? "Aborted" : "DeadlineExceeded";
      expect((await harness.lastEvent()).attempts).toMatchObject([{ outcome }, { outcome }]);
    }
  });
});

test("no more than the set share of calls is hedged, however slow all of them are", async () => {
  await using harness = await start({ after: 20, share: 0.1, minimumCalls: 20 });
  await warmUp(harness, anthropic({ ...slow, firstTokenMs: 150 }));
  const calls = 200;
  await Promise.all(
    Array.from({ length: calls }, (_, index) =>
      harness.seam.complete("pair", { prompt: `call ${index}` }),
    ),
  );
  const hedges = harness.simulator.requests.length - calls;
  expect(hedges).toBeGreaterThan(0);
  expect(hedges).toBeLessThanOrEqual(0.1 * calls);
  const notes = (await harness.events()).flatMap((event) => event.notes);
  expect(notes.some((note) => note.includes("share of 0.1 is used up"))).toBe(true);
});

test("hedges are taken from the retry budget of the late target", async () => {
  const simulator = await startSimulator({ faults: { sequence: [], afterwards: slow } });
  await using seam = createSeam({
    store: false,
    providers: { anthropic: { baseURL: simulator.baseURL, apiKey: "test-key" } },
    defaults: {
      hedge: always,
      retry: { budget: { share: 0.1, floorPerSecond: 0.1, window: "10s" } },
    },
    tasks: { ask: { model: first } },
  });
  await Promise.all(Array.from({ length: 30 }, () => seam.complete("ask", { prompt: "x" })));
  expect(simulator.requests.length - 30).toBeGreaterThan(0);
  expect(simulator.requests.length - 30).toBeLessThanOrEqual(0.1 * 40 + 2);
  await simulator.close();
});

test("a hedge that the task's budget has no room for is not sent, and the first one is waited for", async () => {
  const simulator = await startSimulator({ faults: { sequence: [], afterwards: slow } });
  await using seam = createSeam({
    store: false,
    providers: { anthropic: { baseURL: simulator.baseURL, apiKey: "test-key" } },
    tasks: { ask: { model: first, hedge: always, budget: { requests: 1, window: "1d" } } },
  });
  await seam.complete("ask", { prompt: "x" });
  expect(simulator.requests).toHaveLength(1);
  const [{ used } = { used: 0 }] = await seam.spending("ask");
  expect(used).toBe(1);
  await simulator.close();
});

test("by default a target is late at its own 95th percentile, once enough is known", async () => {
  await using harness = await start({ share: 1, minimumCalls: 10 });
  await warmUp(harness, []);
  const { seam, simulator } = harness;
  for (let call = 0; call < 9; call++) await seam.complete("pair", { prompt: "x" });
  simulator.play([slow]);
  expect((await seam.complete("pair", { prompt: "x" })).target).toBe(first);
  simulator.play(anthropic(hang));
  expect((await seam.complete("pair", { prompt: "x" })).target).toBe(second);
  const { attempts } = await harness.lastEvent();
  expect(attempts[0]?.durationMs).toBeGreaterThanOrEqual(650);
});

test("nothing is hedged unless it is switched on, and a task can switch it off again", async () => {
  const slowModel = simulatedModel({ pace: { firstTokenMs: 150 } });
  await using seam = createSeam({
    store: false,
    defaults: { hedge: always },
    tasks: {
      on: { model: slowModel },
      off: { model: slowModel, hedge: false },
    },
  });
  await seam.complete("off", { prompt: "x" });
  expect(slowModel.calls).toHaveLength(1);
  await seam.complete("on", { prompt: "x" });
  expect(slowModel.calls).toHaveLength(3);
});
