import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answerOf, callOf } from "../../test/support/call.ts";
import type { Call } from "../call/call.ts";
import { Troubles } from "../call/troubles.ts";
import { Overloaded } from "../errors.ts";
import type { Policy } from "./policy.ts";
import { repeat } from "./repeat.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

let calls = 0;
function asking(text: string): Call {
  const content = [{ type: "text", text } as const];
  return callOf({ id: `call-${++calls}`, request: { prompt: [{ role: "user", content }] } });
}

/** Sends a call through the policy to a provider that is down; gives how many attempts the call was left. */
async function failing(policy: Policy, call: Call, waitMs: number | null = 5): Promise<number> {
  let attempts = 0;
  await policy(call, (inner) => {
    attempts = inner.retry.attempts;
    inner.trace.attempts.push({ waitMs } as Call["trace"]["attempts"][number]);
    return Promise.reject(new Overloaded("down"));
  }).catch(() => {});
  return attempts;
}

const quiet = (): Policy => repeat(new Troubles(() => {}));

test("a failure is remembered for half a minute from its end", async () => {
  const policy = quiet();
  expect(await failing(policy, asking("a"))).toBe(3);
  vi.advanceTimersByTime(30_000);
  expect(await failing(policy, asking("a"))).toBe(1);
  vi.advanceTimersByTime(30_001);
  expect(await failing(policy, asking("a"))).toBe(3);
});

test("of a thousand and one failures the oldest is forgotten", async () => {
  const policy = quiet();
  for (let index = 0; index <= 1_000; index++) await failing(policy, asking(`${index}`));
  expect(await failing(policy, asking("0"))).toBe(3);
  expect(await failing(policy, asking("1000"))).toBe(1);
});

test("a failure without an attempt, or by the caller's own abort, is none to remember", async () => {
  const policy = quiet();
  const refuse = () => Promise.reject(new Overloaded("not asked"));
  await policy(asking("a"), refuse).catch(() => {});
  expect(await failing(policy, asking("a"))).toBe(3);
  await failing(policy, { ...asking("b"), signal: AbortSignal.abort() });
  expect(await failing(policy, asking("b"))).toBe(3);
});

test("a failure that Seam has not retried is none to remember; that of a repeat is", async () => {
  const policy = quiet();
  expect(await failing(policy, asking("a"), null)).toBe(3);
  expect(await failing(policy, asking("a"))).toBe(3);
  expect(await failing(policy, asking("a"), null)).toBe(1);
  vi.advanceTimersByTime(30_000);
  expect(await failing(policy, asking("a"), null)).toBe(1);
});

test("while all is well, no fingerprint is computed", async () => {
  const policy = quiet();
  const call = asking("a");
  const request = vi.fn(() => call.request);
  const watched = Object.defineProperty({ ...call }, "request", { get: request }) as Call;
  await policy(watched, () => Promise.resolve(answerOf("fine")));
  expect(request).not.toHaveBeenCalled();
});

test("a request that cannot be told from others, such as one in a circle, is never a repeat", async () => {
  const policy = quiet();
  const circle: Record<string, unknown> = {};
  circle["again"] = circle;
  const call = (): Call => {
    const asked = asking("a");
    return { ...asked, request: { ...asked.request, providerOptions: { x: circle } } } as Call;
  };
  expect(await failing(policy, call())).toBe(3);
  expect(await failing(policy, call())).toBe(3);
});
