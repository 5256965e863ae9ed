import type { PolicyConfig, SeamConfig, TaskConfig } from "llm-seam";
import { describe, expect, test } from "vitest";
import type { ConversationRule } from "../call/conversation-rule.ts";
import { ConfigError } from "../errors.ts";
import { contextLimitOf } from "../providers/context-limits.ts";
import { defaults } from "./defaults.ts";
import { resolveConfig } from "./resolve.ts";

const env = { ANTHROPIC_API_KEY: "key", OPENAI_API_KEY: "key" };
const model = "anthropic/claude-haiku-4-5";
const providers = { ollama: { baseURL: "http://localhost:11434/v1" } };

function ruleOf(task: Partial<TaskConfig>, common?: PolicyConfig): ConversationRule | undefined {
  const config: SeamConfig = { tasks: { chat: { model, ...task } }, defaults: common, providers };
  return resolveConfig(config, env).tasks.get("chat")?.conversation;
}

describe("the window", () => {
  test("is what the smallest target takes, without the room of its answer", () => {
    expect(ruleOf({})?.window).toBe(200_000 - 4_096);
    expect(ruleOf({ settings: { maxOutputTokens: 8_000 } })?.window).toBe(192_000);
    expect(ruleOf({ fallbacks: ["openai/gpt-4o-mini-2024-07-18"] })?.window).toBe(128_000 - 4_096);
    expect(ruleOf({ canary: { share: 0.1, model: "openai/gpt-4o" } })?.window).toBe(123_904);
    const sparing = { model: "openai/gpt-4o", settings: { maxOutputTokens: 500 } };
    expect(ruleOf({ fallbacks: [sparing] })?.window).toBe(127_500);
  });

  test("is the default's where no target's limit is known, and never below 0", () => {
    expect(ruleOf({ model: "ollama/qwen3" })?.window).toBe(defaults.conversation.window);
    expect(ruleOf({ fallbacks: ["ollama/qwen3"] })?.window).toBe(195_904);
    expect(ruleOf({ settings: { maxOutputTokens: 300_000 } })?.window).toBe(0);
  });

  test("is what the task says, then what `defaults` say", () => {
    const common = { conversation: { window: 9_000, onBusy: "fail", busyWait: "2s" } } as const;
    expect(ruleOf({}, common)).toMatchObject({ window: 9_000, onBusy: "fail", busyWaitMs: 2_000 });
    const own = { conversation: { window: 5_000, lowWater: 0.3, summaryTokens: 400 } };
    expect(ruleOf(own, common)).toMatchObject({
      window: 5_000,
      lowWater: 0.3,
      summaryTokens: 400,
      onBusy: "fail",
      summarize: "turn",
    });
  });
});

describe("the task that writes summaries", () => {
  const tasksOf = (config: SeamConfig) => resolveConfig(config, env).tasks;

  test("is the one named, or `summarize`, or the conversation's own", () => {
    const tasks = { chat: { model }, summarize: { model }, short: { model } };
    expect(ruleOf({})?.summaryTask).toBe("chat");
    expect(tasksOf({ tasks }).get("chat")?.conversation.summaryTask).toBe("summarize");
    const named = { tasks, defaults: { conversation: { summaryTask: "short" } } };
    expect(tasksOf(named).get("chat")?.conversation.summaryTask).toBe("short");
  });

  test("must be one of the config; the fault is named once, where it stands", () => {
    const issuesOf = (config: SeamConfig) => {
      try {
        tasksOf(config);
      } catch (error) {
        if (error instanceof ConfigError) return error.issues;
      }
      return [];
    };
    const wrong = { conversation: { summaryTask: "nobody" } };
    const message = 'there is no task "nobody"; known: chat, other';
    const tasks = { chat: { model }, other: { model } };
    expect(issuesOf({ tasks, defaults: wrong })).toEqual([
      { path: "defaults.conversation.summaryTask", message },
    ]);
    expect(issuesOf({ tasks: { ...tasks, chat: { model, ...wrong } } })).toEqual([
      { path: "tasks.chat.conversation.summaryTask", message },
    ]);
  });
});

test.each([
  [{ window: 499 }, "window"],
  [{ window: 1_000.5 }, "window"],
  [{ lowWater: 0.95 }, "lowWater"],
  [{ summaryTokens: 99 }, "summaryTokens"],
  [{ busyWait: 0 }, "busyWait"],
])("%o is refused with its path", (conversation, name) => {
  expect(() => ruleOf({ conversation })).toThrow(`tasks.chat.conversation.${name}: `);
});

test("a model with a date or a version is known by its name; another is not guessed at", () => {
  expect(contextLimitOf("anthropic/claude-sonnet-4-5-20250929")).toBe(200_000);
  expect(contextLimitOf("openai/gpt-5.1-2025-11-13")).toBe(272_000);
  expect(contextLimitOf("openai/gpt-5-chat")).toBeUndefined();
});
