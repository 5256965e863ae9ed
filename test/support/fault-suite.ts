import { type ErrorCode, SeamError } from "llm-seam";
import type { Simulator } from "llm-seam/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attemptsUnder,
  baseDelayMs,
  call,
  models,
  type Outcome,
  type Pattern,
  patterns,
  play,
  reply,
  type Scene,
  silentLimitMs,
  start,
  type Task,
  ticket,
} from "./fault-scene.ts";
import {
  type Expectation,
  expected,
  type FaultCase,
  faultCases,
  type Provider,
} from "./fault-table.ts";
import { gaps, type Harness, type StoredEvent, settled } from "./harness.ts";

/** A timer may fire this much early, in milliseconds; nothing else may. */
const timerSlackMs = 2;

/** Drives every fault through every pattern against one provider, over HTTP. */
export function testFaults(provider: Provider): void {
  let shared: Harness<Task>;
  beforeAll(async () => {
    shared = await start(provider, "10s");
  });
  afterAll(async () => {
    await shared[Symbol.asyncDispose]();
  });

  describe.each(patterns)("%s", (pattern) => {
    const audible = faultCases.filter(({ silent }) => silent === undefined);
    test.each(audible)("$name, once", async (fault) => {
      await checkOnce(shared, provider, pattern, fault);
    });
    test.each(audible)("$name, for good, with a fallback", async (fault) => {
      await checkForGood(shared, provider, pattern, fault);
    });
  });

  const silent = faultCases.filter((fault) => fault.silent);
  const silentPairs = patterns.flatMap((pattern) => silent.map((fault) => ({ pattern, fault })));
  test.concurrent.each(silentPairs)("$pattern: $fault.name", async ({ pattern, fault }) => {
    await using once = await start(provider, silentLimitMs);
    await using forGood = await start(provider, silentLimitMs);
    await Promise.all([
      checkOnce(once, provider, pattern, fault),
      checkForGood(forGood, provider, pattern, fault),
    ]);
    await expectClosedSockets(once.simulator, 1);
    await expectClosedSockets(forGood.simulator, silentAttempts(fault, pattern, provider));
  });
}

async function expectClosedSockets(simulator: Simulator, atLeast: number): Promise<void> {
  await settled(simulator);
  const closed = simulator.requests.filter(({ closedByClient }) => closedByClient);
  expect(closed.length).toBeGreaterThanOrEqual(atLeast);
}

function silentAttempts(fault: FaultCase, pattern: Pattern, provider: Provider): number {
  return expected(fault, pattern, provider).is === "interrupted" ? 1 : attemptsUnder(fault);
}

/** The fault hits the first request only. */
async function checkOnce(
  harness: Harness<Task>,
  provider: Provider,
  pattern: Pattern,
  fault: FaultCase,
): Promise<void> {
  const { simulator } = harness;
  const prompt = `${pattern} under ${fault.name}, once`;
  const scene: Scene = { harness, provider, pattern, task: "one", prompt, faults: [fault.fault] };
  const expectation = expected(fault, pattern, provider);
  const outcome = await play(scene);
  const requests = expectation.is === "recovered" || expectation.is === "asked-again" ? 2 : 1;
  expect(simulator.requests).toHaveLength(requests);
  expect(outcome.event.reroutes).toEqual([]);
  expectOutcome(scene, expectation, outcome);

  if (expectation.is === "recovered") {
    expectWaits(simulator, outcome.event, 1, fault);
    expect(outcome.event.attempts).toMatchObject([
      {
        number: 1,
        outcome: expectation.code,
        error: expect.any(String),
        ...(expectation.status !== undefined && { status: expectation.status }),
      },
      { number: 2, outcome: "ok", status: 200, error: null, waitMs: null },
    ]);
  }
  await expectCached(scene, isKept(expectation));
}

/** The fault hits every request to the first target; the second one is well. */
async function checkForGood(
  harness: Harness<Task>,
  provider: Provider,
  pattern: Pattern,
  fault: FaultCase,
): Promise<void> {
  const { simulator } = harness;
  const [first, second] = models[provider];
  const prompt = `${pattern} under ${fault.name}, for good`;
  const faults = { sequence: [], afterwards: fault.fault, when: { model: first } };
  const scene: Scene = { harness, provider, pattern, task: "two", prompt, faults };
  const expectation = expected(fault, pattern, provider);
  const { event, ...outcome } = await play(scene);
  const asked = simulator.requests.map(({ model }) => model);
  const target = { from: `${provider}/${first}`, to: `${provider}/${second}` };

  if (expectation.is === "recovered") {
    const attempts = attemptsUnder(fault);
    expect(asked).toEqual([...Array<string>(attempts).fill(first), second]);
    expectWaits(simulator, event, attempts - 1, fault);
    expect(event.attempts.map(({ outcome: code }) => code)).toEqual([
      ...Array<ErrorCode>(attempts).fill(expectation.code),
      "ok",
    ]);
  } else if (expectation.is === "failed" && expectation.reroutable) {
    expect(asked).toEqual([first, second]);
    expect(event.attempts).toMatchObject([
      { outcome: expectation.code, status: expectation.status, costUsd: 0, waitMs: null },
      { outcome: "ok" },
    ]);
  } else if (expectation.is === "asked-again") {
    expect(asked).toEqual([first, first, second]);
    expect(event).toMatchObject({ children: 3, attempt_count: 3, answered_by: target.to });
    expect(outcome.got).toEqual(ticket);
    return;
  } else {
    expect(asked).toEqual([first]);
    expect(event.reroutes).toEqual([]);
    expectOutcome(scene, expectation, { event, ...outcome });
    return;
  }
  const reason = event.attempts.at(-2)?.error;
  expect(event.reroutes).toEqual([{ ...target, reason }]);
  expect(event).toMatchObject({
    target: target.from,
    answered_by: target.to,
    source: "model",
    error_code: null,
    finish_reason: "stop",
  });
  expectGood(scene, { event, ...outcome });
}

function expectOutcome(scene: Scene, expectation: Expectation, outcome: Outcome): void {
  const { event, error, got, finish } = outcome;
  switch (expectation.is) {
    case "answered":
      expect(error).toBeUndefined();
      expect(finish).toBe(expectation.finish ?? "stop");
      if (expectation.text !== undefined) expect(got).toMatch(expectation.text);
      else expectGood(scene, outcome);
      expect(event).toMatchObject({
        source: "model",
        error_code: null,
        finish_reason: expectation.finish ?? "stop",
        attempts: [{ outcome: "ok" }],
        answered_by: scene.harness.simulator.requests[0] && event["target"],
      });
      return;
    case "recovered":
      expectGood(scene, outcome);
      expect(event).toMatchObject({ source: "model", error_code: null, finish_reason: "stop" });
      return;
    case "asked-again":
      expect(got).toEqual(ticket);
      expect(event).toMatchObject({
        source: "model",
        error_code: null,
        children: 2,
        parent_id: null,
      });
      expect(event.attempts.map(({ outcome: code }) => code)).toEqual([expectation.code, "ok"]);
      return;
    case "failed":
      expectError(outcome, expectation.code);
      expect(event.attempts).toMatchObject([
        {
          outcome: expectation.code,
          waitMs: null,
          ...(expectation.status !== undefined && { status: expectation.status }),
        },
      ]);
      return;
    case "judged":
      expectError(outcome, expectation.code);
      return;
    case "interrupted": {
      const text = reply.slice(0, expectation.tokens * 4);
      expectError(outcome, "StreamInterrupted");
      expect(got).toBe(text);
      expect(error).toMatchObject({ text, cause: { code: expectation.code } });
      expect(event["response"]).toEqual([{ type: "text", text }]);
      expect(event.attempts).toMatchObject([{ outcome: expectation.code, waitMs: null }]);
    }
  }
}

function expectGood({ pattern }: Scene, { error, got, finish }: Outcome): void {
  expect(error).toBeUndefined();
  expect(got).toEqual(pattern === "extract" ? ticket : reply);
  expect(finish).toBe("stop");
}

function expectError({ error, event }: Outcome, code: ErrorCode): void {
  expect(error).toBeInstanceOf(SeamError);
  expect(error).toMatchObject({
    code,
    callId: event.id,
    task: event.task,
    attempts: [{ number: 1 }],
    message: event.error_message,
  });
  expect(event).toMatchObject({
    error_code: code,
    source: "model",
    answered_by: null,
    finish_reason: null,
    attempt_count: 1,
  });
}

/** The first `retries` attempts were each followed by a wait of the backoff, the others by none. */
function expectWaits(
  simulator: Simulator,
  { attempts }: StoredEvent,
  retries: number,
  fault: FaultCase,
): void {
  const between = gaps(simulator);
  for (const [index, { waitMs, durationMs }] of attempts.entries()) {
    if (index >= retries) {
      expect(waitMs).toBeNull();
      continue;
    }
    expect(waitMs).toBeGreaterThanOrEqual(0);
    expect(waitMs).toBeLessThanOrEqual(baseDelayMs * 2 ** index);
    if (fault.silent) expect(durationMs).toBeGreaterThanOrEqual(silentLimitMs - timerSlackMs);
    else expect(between[index]).toBeGreaterThanOrEqual((waitMs ?? 0) - timerSlackMs);
  }
}

function isKept(expectation: Expectation): boolean {
  if (expectation.is === "answered") return expectation.finish !== "length";
  return expectation.is === "recovered" || expectation.is === "asked-again";
}

/** The same call once more, without faults: from the cache, or from the model if nothing was kept. */
async function expectCached(scene: Scene, kept: boolean): Promise<void> {
  const { simulator } = scene.harness;
  const before = simulator.requests.length;
  simulator.play([]);
  const again = await call(scene);
  expect(again.source).toBe(kept ? "cache" : "model");
  expect(simulator.requests.length - before).toBe(kept ? 0 : 1);
  expect(again.event).toMatchObject({
    source: again.source,
    error_code: null,
    attempt_count: kept ? 0 : 1,
    ...(kept && { cost_usd: 0, input_tokens: 0, output_tokens: 0 }),
  });
  if (again.got !== undefined && kept === false) expectGood(scene, again);
}
