import { createSeam } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { simulatedModel } from "llm-seam/simulator";
import { expect, test } from "vitest";
import { jsonLines, runSeam } from "../cli/run-seam.testkit.ts";
import { startHarness } from "../support/harness.ts";

const own = "anthropic/claude-haiku-4-5";
const tried = "openai/gpt-4.1-mini";

test("a score is kept with its call, the last value of a name; `seam calls show` shows it", async () => {
  await using harness = await startHarness({ tasks: { ask: { model: own } } });
  const { seam, file } = harness;
  const { callId } = await seam.complete("ask", { prompt: "x" });
  seam.score(callId, { helpful: 0, "words\u001b[2J": 12.5 });
  seam.score(callId, { helpful: 1 });
  await seam.flush();
  using events = openEvents(file);
  expect(await events.scores(callId)).toMatchObject([
    { callId, name: "helpful", value: 1, time: expect.any(Number) },
    { name: "words\u001b[2J", value: 12.5 },
  ]);
  expect(await events.scores("another")).toEqual([]);
  const shown = await runSeam(["calls", "show", callId, "--store", file]);
  expect(shown.stdout).toMatch(/Scores\n {2}helpful {2}1\n/);
  expect(shown.stdout).not.toContain("\u001b");
  const json = await runSeam(["calls", "show", callId, "--store", file, "--json"]);
  expect(jsonLines(json.stdout)).toMatchObject([{ scores: [{ name: "helpful", value: 1 }, {}] }]);
});

test("their means compare the arms of a canary", async () => {
  await using harness = await startHarness({
    tasks: {
      ask: { model: own, canary: { share: 0.5, by: "user", model: tried } },
      other: { model: own },
    },
  });
  const { seam } = harness;
  const counts = { [own]: 0, [tried]: 0 };
  for (let index = 0; index < 20; index++) {
    const tags = { user: `user-${index}` };
    const { callId, target } = await seam.complete("ask", { prompt: "x", tags });
    seam.score(callId, target === own ? { helpful: counts[own] % 2 } : { helpful: 3, brief: 0.5 });
    counts[target === own ? own : tried]++;
  }
  const { callId } = await seam.complete("other", { prompt: "x" });
  seam.score(callId, { helpful: 9 });
  await seam.flush();
  using events = openEvents(harness.file);
  const group = { task: null, model: null };
  expect(await events.scoreStats({ task: "ask", by: ["arm"] })).toEqual([
    { ...group, arm: "canary", name: "brief", mean: 0.5, count: counts[tried] },
    { ...group, arm: "canary", name: "helpful", mean: 3, count: counts[tried] },
    { ...group, arm: "control", name: "helpful", mean: expect.any(Number), count: counts[own] },
  ]);
  const byTask = await events.scoreStats();
  expect(byTask.map(({ task, name, arm, model }) => [task, name, arm, model])).toEqual([
    ["ask", "brief", null, null],
    ["ask", "helpful", null, null],
    ["other", "helpful", null, null],
  ]);
  const byModel = await events.scoreStats({ by: ["model"], arm: "canary" });
  expect(byModel.map(({ model }) => model)).toEqual([tried, tried]);
});

test("what is no score is refused at once, with its name; without a store nothing is kept", async () => {
  await using seam = createSeam({ store: false, tasks: { ask: { model: simulatedModel({}) } } });
  expect(() => seam.score("call-1", { helpful: Number.NaN, fast: 1 })).toThrow(
    expect.objectContaining({
      code: "ConfigError",
      issues: [{ path: "scores.helpful", message: "expected a finite number" }],
    }),
  );
  expect(() => seam.score("", { helpful: 1 })).toThrow(/callId/);
  expect(() => seam.score("call-1", { "": 1 })).toThrow(/a name for every score/);
  seam.score("call-1", { helpful: 1 });
});
