import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { SeamConfig } from "llm-seam";
import { expect, test } from "vitest";
import { simulatedModel } from "../simulator/index.ts";
import { resolveConfig } from "./resolve.ts";

const haiku = "anthropic/claude-haiku-4-5";
const env = { ANTHROPIC_API_KEY: "key", OPENAI_API_KEY: "key" };

function pacesOf(pace: SeamConfig["pace"], ...models: (string | LanguageModelV4)[]) {
  const tasks = Object.fromEntries(models.map((model, index) => [`task-${index}`, { model }]));
  const resolved = resolveConfig({ tasks, pace }, env);
  return models.map((_, index) => resolved.tasks.get(`task-${index}`)?.targets[0].pace);
}

test("a target's own entry takes the place of its provider's", () => {
  const pace = {
    anthropic: { requestsPerMinute: 50, wait: "1m" },
    [haiku]: { tokensPerMinute: 10_000, inFlight: 3, learn: false },
  } as const;
  expect(pacesOf(pace, haiku, "anthropic/claude-sonnet-4-6", "openai/gpt-5-mini")).toMatchObject([
    { requestsPerWindow: undefined, tokensPerWindow: 10_000, inFlight: 3, waitMs: 30_000 },
    { requestsPerWindow: 50, tokensPerWindow: undefined, waitMs: 60_000, learn: true },
    { requestsPerWindow: undefined, tokensPerWindow: undefined, inFlight: undefined, learn: true },
  ]);
});

test.each(["openai.chat/gpt-5", "openai/gpt-5", "openai.chat", "openai"])(
  "a model of the AI SDK is meant by %s",
  (key) => {
    const model = simulatedModel({ provider: "openai.chat", modelId: "gpt-5" });
    expect(pacesOf({ [key]: { inFlight: 2 } }, model)).toMatchObject([{ inFlight: 2 }]);
  },
);

test.each<[pace: unknown, path: string, message: RegExp]>([
  [{ anthropc: { inFlight: 1 } }, "pace.anthropc", /unknown provider; known: anthropic, openai/],
  [{ "anthropc/claude": { inFlight: 1 } }, "pace.anthropc/claude", /unknown provider/],
  [{ anthropic: { inFlight: 0 } }, "pace.anthropic.inFlight", />=1/],
  [{ anthropic: { requestsPerMinute: 1.5 } }, "pace.anthropic.requestsPerMinute", /int/],
  [{ anthropic: { wait: "soon" } }, "pace.anthropic.wait", /got "soon"/],
  [{ anthropic: { rpm: 5 } }, "pace.anthropic", /rpm/],
])("%j is refused", (pace, path, message) => {
  expect(() => pacesOf(pace as SeamConfig["pace"], haiku)).toThrow(
    expect.objectContaining({
      code: "ConfigError",
      issues: [{ path, message: expect.stringMatching(message) }],
    }),
  );
});
