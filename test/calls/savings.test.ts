import { createSeam } from "llm-seam";
import { expect, test } from "vitest";
import { runSeam } from "../cli/run-seam.testkit.ts";
import { type Harness, simulatedProviders, startHarness } from "../support/harness.ts";

const tasks = {
  ask: { model: "anthropic/claude-haiku-4-5", fallbacks: ["openai/gpt-4.1-mini"] },
  other: { model: "openai/gpt-4.1-mini" },
  local: { model: "local/qwen3" },
} as const;
type Task = keyof typeof tasks;
const defaults = { cache: true, retry: { attempts: 2, baseDelay: 1 } } as const;

const start = (): Promise<Harness<Task>> => startHarness({ tasks, defaults });

/** A seam as another process has it: only the file is common to both. */
function restarted({ simulator, file }: Harness<Task>) {
  return createSeam({ tasks, defaults, store: file, providers: simulatedProviders(simulator) });
}

/** The costs of a call's attempts, in their order. */
async function costs(harness: Harness<Task>, id: string): Promise<(number | null)[]> {
  return (await harness.event(id)).attempts.map(({ costUsd }) => costUsd);
}

test("an answer saves what it cost itself, not what was tried before it, also after a restart", async () => {
  await using harness = await start();
  harness.simulator.play(["empty-answer"]);
  const made = await harness.seam.complete("ask", { prompt: "one" });
  const [wasted, cost] = await costs(harness, made.callId);
  expect(wasted).toBeGreaterThan(0);
  expect(cost).toBeGreaterThan(0);
  const { callId } = await harness.seam.stream("ask", { prompt: "one" }).result;
  expect(await harness.event(callId)).toMatchObject({
    source: "cache",
    cost_usd: 0,
    saved_usd: cost,
  });
  await harness.seam.close();

  await using again = restarted(harness);
  const later = await again.complete("ask", { prompt: "one" });
  await again.flush();
  expect(later.source).toBe("cache");
  expect(await harness.event(later.callId)).toMatchObject({ cost_usd: 0, saved_usd: cost });
});

test("a fallback's answer saves what the fallback cost, in streams too", async () => {
  await using harness = await start();
  const { seam, simulator } = harness;
  simulator.play({ sequence: [], afterwards: "status-529", when: { model: "claude-haiku-4-5" } });
  const made = await seam.stream("ask", { prompt: "one" }).result;
  const cost = (await costs(harness, made.callId)).at(-1);
  expect(made).toMatchObject({ target: "openai/gpt-4.1-mini", cost });
  const { callId } = await seam.stream("other", { prompt: "one" }).result;
  expect(await harness.event(callId)).toMatchObject({ source: "cache", saved_usd: cost });
});

test("a shared answer saves each of those who shared it what it cost", async () => {
  await using harness = await start();
  harness.simulator.play(["empty-answer", { type: "slow", firstTokenMs: 100 }]);
  const calls = [1, 2, 3].map(() => harness.seam.stream("ask", { prompt: "one" }).result);
  const results = await Promise.all(calls);
  const owner = results.find(({ source }) => source === "model");
  const [, cost] = await costs(harness, owner?.callId ?? "");
  const shared = results.filter(({ source }) => source === "coalesced");
  expect(shared).toHaveLength(2);
  for (const { callId } of shared) {
    expect(await harness.event(callId)).toMatchObject({ cost_usd: 0, saved_usd: cost });
  }
});

test("what an answer of unknown cost saves is unknown", async () => {
  await using harness = await start();
  await harness.seam.complete("local", { prompt: "one" });
  const { callId, cost } = await harness.seam.complete("local", { prompt: "one" });
  expect(cost).toBe(0);
  expect(await harness.event(callId)).toMatchObject({ source: "cache", saved_usd: null });
  const { file } = harness;
  const shown = await runSeam(["calls", "show", callId, "--store", file]);
  expect(shown.stdout).toMatch(/saved +\?/);
  const stats = await runSeam(["stats", "--store", file]);
  expect(stats.stderr).toContain("saved 1?");
});
