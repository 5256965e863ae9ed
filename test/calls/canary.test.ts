import { openEvents } from "llm-seam/events";
import { simulatedModel } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { CanaryConfig } from "../../src/config/types.ts";
import { startHarness } from "../support/harness.ts";

const own = "anthropic/claude-haiku-4-5";
const tried = "openai/gpt-4.1-mini";
const schema = z.object({ urgent: z.boolean() });
const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);

describe("a share of the users", () => {
  test("is asked of the other model, always the same ones; the event tells the arm", async () => {
    await using harness = await startHarness({
      tasks: { ask: { model: own, canary: { share: 0.5, by: "user", model: tried } } },
    });
    const ask = async (user: string): Promise<string> =>
      (await harness.seam.complete("ask", { prompt: "x", tags: { user } })).target;
    const before = await Promise.all(users.map(ask));
    expect(new Set(before)).toEqual(new Set([own, tried]));
    expect(await Promise.all(users.map(ask))).toEqual(before);
    await harness.seam.complete("ask", { prompt: "nobody's" });
    await harness.seam.flush();
    using events = openEvents(harness.file);
    const canary = await events.list({ arm: "canary", limit: 100 });
    expect(new Set(canary.map(({ tags }) => tags.user))).toEqual(
      new Set(users.filter((_, index) => before[index] === tried)),
    );
    for (const { target, answeredBy } of canary)
      expect([target, answeredBy]).toEqual([tried, tried]);
    const control = await events.list({ arm: "control", limit: 100 });
    expect(canary.length + control.length).toBe(2 * users.length + 1);
    expect(control.find(({ tags }) => tags.user === undefined)?.target).toBe(own);
  });

  test("may be asked with other settings and fallbacks alone; what is left out is the task's", async () => {
    await using harness = await startHarness({
      tasks: {
        ask: {
          model: own,
          settings: { temperature: 0.3, maxOutputTokens: 50 },
          canary: { share: 1, settings: { temperature: 0.9 }, fallbacks: [tried] },
        },
      },
    });
    harness.simulator.play(["status-401"]);
    const { target } = await harness.seam.complete("ask", { prompt: "x" });
    expect(target).toBe(tried);
    expect(harness.simulator.requests.map(({ body }) => body)).toMatchObject([
      { temperature: 0.9, max_tokens: 50 },
      { temperature: 0.9 },
    ]);
    expect(await harness.lastEvent()).toMatchObject({ arm: "canary", target: own });
  });

  test("has a cache of its own, for what is asked otherwise", async () => {
    await using harness = await startHarness({
      tasks: {
        ask: {
          model: own,
          cache: true,
          canary: { share: 0.5, by: "user", settings: { temperature: 0.9 } },
        },
      },
    });
    for (const user of users) {
      await harness.seam.complete("ask", { prompt: "x", tags: { user } });
    }
    const sources = (await harness.events()).map(({ source }) => source);
    expect(sources.filter((source) => source === "model")).toHaveLength(2);
    expect(sources.filter((source) => source === "cache")).toHaveLength(users.length - 2);
  });
});

test("an extract stays in its arm over all of its asks, with the arm's room", async () => {
  await using harness = await startHarness({
    tasks: {
      ask: {
        model: own,
        settings: { maxOutputTokens: 10 },
        canary: { share: 0.5, model: tried, settings: { maxOutputTokens: 100 } },
      },
    },
  });
  const { seam, simulator } = harness;
  simulator.script({ replies: [{ reply: { type: "json", value: { urgent: true } } }] });
  const arms = new Set<unknown>();
  for (let call = 0; call < 24; call++) {
    simulator.clear();
    simulator.play(["length"]);
    const { target, callId } = await seam.extract("ask", { prompt: "x", schema });
    const room = target === own ? 10 : 100;
    const limits = simulator.requests.map(({ model, body }) => {
      const { max_tokens, max_completion_tokens } = body as Record<string, unknown>;
      return [model, max_tokens ?? max_completion_tokens];
    });
    const model = target.slice(target.indexOf("/") + 1);
    expect(limits).toEqual([
      [model, room],
      [model, 4 * room],
    ]);
    const family = (await harness.events()).filter((event) =>
      [event.id, event.parent_id].includes(callId),
    );
    expect(family).toHaveLength(3);
    expect(new Set(family.map((event) => event["arm"]))).toEqual(
      new Set([target === own ? "control" : "canary"]),
    );
    arms.add(target);
  }
  expect(arms.size).toBe(2);
});

test("seam.model promises only the URLs that every model which may answer takes", async () => {
  const model = simulatedModel({});
  await using harness = await startHarness({
    tasks: {
      same: { model, canary: { share: 0.5, settings: { temperature: 1 } } },
      other: { model: own, canary: { share: 0.5, model } },
      alone: { model: own },
    },
  });
  const urls = async (task: "same" | "other" | "alone") =>
    Object.keys(await harness.seam.model(task).supportedUrls);
  expect(await urls("same")).toEqual(Object.keys(await model.supportedUrls));
  expect(await urls("alone")).not.toEqual([]);
  expect(await urls("other")).toEqual([]);
});

test.each<[CanaryConfig, path: string, message: RegExp]>([
  [{ share: 0.1 }, "tasks.ask.canary", /expected what is different/],
  [{ share: 1.5, model: tried }, "tasks.ask.canary.share", /1/],
  [{ share: 0.1, by: "", model: tried }, "tasks.ask.canary.by", /name of a tag/],
  [{ share: 0.1, model: "gpt" }, "tasks.ask.canary.model", /provider\/model/],
  [{ share: 0.1, model: "nobody/gpt" }, "tasks.ask.canary.model", /unknown provider/],
  [{ share: 0.1, fallbacks: ["nobody/gpt"] }, "tasks.ask.canary.fallbacks.0", /unknown provider/],
  [{ share: 0.1, settings: { topP: 2 } }, "tasks.ask.canary.settings.topP", /1/],
])("%j is refused with its path", (canary, path, message) => {
  expect(() => resolveConfig({ tasks: { ask: { model: own, canary } } }, {})).toThrow(
    expect.objectContaining({ issues: [{ path, message: expect.stringMatching(message) }] }),
  );
});

test("a budget of cost needs a price in both arms, too", () => {
  const unpriced = "anthropic/claude-future-9";
  const canary = { share: 0.1, fallbacks: [unpriced] };
  const budget = { cost: 1, window: "1d" } as const;
  expect(() => resolveConfig({ tasks: { ask: { model: own, canary, budget } } }, {})).toThrow(
    expect.objectContaining({
      issues: [
        { path: "tasks.ask.canary.fallbacks.0", message: expect.stringContaining(unpriced) },
      ],
    }),
  );
});
