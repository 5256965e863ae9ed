import { type Duration, defineConfig, type SeamConfig } from "llm-seam";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../errors.ts";
import { redactors } from "../redact/redactor.ts";
import { defaults } from "./defaults.ts";
import { resolveConfig } from "./resolve.ts";

const model = "anthropic/claude-haiku-4-5";
const env = { ANTHROPIC_API_KEY: "key", OPENAI_API_KEY: "key" };

/** What is wrong with a config, path by path. */
function faultsOf(config: unknown): { path: string; message: string }[] {
  try {
    resolveConfig(config as SeamConfig, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path } of error.issues) expect(error.message).toContain(path);
    return [...error.issues];
  }
  return [];
}

const withTask = (task: object): object => ({ tasks: { ask: { model, ...task } } });

describe("a wrong setting is refused with its exact path", () => {
  test.each<[config: unknown, path: string, message: RegExp]>([
    [undefined, "", /expected object/i],
    [{}, "tasks", /expected record/i],
    [{ tasks: {} }, "tasks", /at least one task/],
    [{ tasks: { ask: {} } }, "tasks.ask.model", /expected "provider\/model"/],
    [{ tasks: { ask: { model: "haiku" } } }, "tasks.ask.model", /got "haiku"/],
    [
      { tasks: { ask: { model: "nowhere/x" } } },
      "tasks.ask.model",
      /unknown provider "nowhere"; known: anthropic, openai/,
    ],
    [{ tasks: { ask: { model: 5 } } }, "tasks.ask.model", /expected "provider\/model"/],
    [
      withTask({ model: { specificationVersion: "v3" } }),
      "tasks.ask.model",
      /speaks "v3"; Seam needs "v4"/,
    ],
    [withTask({ fallbacks: ["x"] }), "tasks.ask.fallbacks.0.model", /got "x"/],
    [withTask({ fallbacks: [model, "nowhere/x"] }), "tasks.ask.fallbacks.1", /unknown provider/],
    [withTask({ fallbacks: [{ model, setings: {} }] }), "tasks.ask.fallbacks.0", /setings/],
    [
      withTask({ fallbacks: [{ model: { specificationVersion: "v2" } }] }),
      "tasks.ask.fallbacks.0.model",
      /"v2"/,
    ],
    [withTask({ deadline: 0 }), "tasks.ask.deadline", /above 0/],
    [withTask({ deadline: -5 }), "tasks.ask.deadline", /got -5/],
    [withTask({ deadline: "10 sec" }), "tasks.ask.deadline", /got "10 sec"/],
    [withTask({ deadline: "30d" }), "tasks.ask.deadline", /at most 24 days/],
    [withTask({ deadline: Number.NaN }), "tasks.ask.deadline", /expected milliseconds/],
    [withTask({ attempt: { total: "" } }), "tasks.ask.attempt.total", /got ""/],
    [withTask({ attempt: { silense: 5 } }), "tasks.ask.attempt", /silense/],
    [withTask({ retry: { attempts: 0 } }), "tasks.ask.retry.attempts", /1/],
    [withTask({ retry: { attempts: 21 } }), "tasks.ask.retry.attempts", /20/],
    [withTask({ retry: { attempts: 1.5 } }), "tasks.ask.retry.attempts", /int/],
    [withTask({ budget: true }), "tasks.ask.budget", /expected false, \{ cost/],
    [withTask({ budget: {} }), "tasks.ask.budget", /expected a limit/],
    [withTask({ budget: [{ inFlight: 1 }, {}] }), "tasks.ask.budget.1", /expected a limit/],
    [withTask({ budget: [] }), "tasks.ask.budget", />=1/],
    [withTask({ budget: { cost: 0, window: "1d" } }), "tasks.ask.budget.cost", />0/],
    [withTask({ budget: { cost: 5 } }), "tasks.ask.budget.window", /window that the limit is for/],
    [withTask({ budget: { inFlight: 2, window: "1d" } }), "tasks.ask.budget.window", /no meaning/],
    [withTask({ budget: { requests: 9, window: 500 } }), "tasks.ask.budget.window", /at least 1 s/],
    [
      withTask({ budget: { inFlight: 2, wait: "soon" } }),
      "tasks.ask.budget.wait",
      /expected 0, or/,
    ],
    [withTask({ budget: { inFlight: 1.5 } }), "tasks.ask.budget.inFlight", /int/],
    [withTask({ budget: { inFlight: 1, inflight: 1 } }), "tasks.ask.budget", /inflight/],
    [withTask({ budget: [{ tokens: 5 }] }), "tasks.ask.budget.0.window", /window that the limit/],
    [
      withTask({
        fallbacks: ["openai/gpt-unheard-of"],
        budget: [{ inFlight: 3 }, { cost: 5, window: "1d" }],
      }),
      "tasks.ask.fallbacks.0",
      /openai\/gpt-unheard-of has no known price.*set prices\["openai\/gpt-unheard-of"\]/,
    ],
    [withTask({ retry: true }), "tasks.ask.retry", /.+/],
    [withTask({ afterCommit: "retry" }), "tasks.ask.afterCommit", /"fail"\|"resume"/],
    [withTask({ content: "some" }), "tasks.ask.content", /full.*redacted.*none/],
    [withTask({ content: "none", redact: "all" }), "tasks.ask.redact", /a function or a list/],
    [withTask({ content: "none", redact: [] }), "tasks.ask.redact", /a function or a list/],
    [withTask({ content: "none", redact: [5] }), "tasks.ask.redact.0", /a function or a list/],
    [withTask({ redact: String }), "tasks.ask.redact", /beside it, or it does nothing/],
    [
      withTask({ content: "full", redact: String }),
      "tasks.ask.redact",
      /beside it, or it does nothing/,
    ],
    [
      { ...withTask({ content: "redacted" }), defaults: { redact: String } },
      "defaults.redact",
      /beside it/,
    ],
    [withTask({ cache: { reach: "disk" } }), "tasks.ask.cache.reach", /process.*lasting/],
    [withTask({ retry: { baseDelay: "x" } }), "tasks.ask.retry.baseDelay", /got "x"/],
    [withTask({ hedge: "p95" }), "tasks.ask.hedge", /expected true, false, or/],
    [withTask({ hedge: { after: "p99" } }), "tasks.ask.hedge.after", /expected "p95" or/],
    [withTask({ hedge: { share: 0 } }), "tasks.ask.hedge.share", /0/],
    [withTask({ hedge: { share: 1.1 } }), "tasks.ask.hedge.share", /1/],
    [withTask({ hedge: { minimumCalls: 0 } }), "tasks.ask.hedge.minimumCalls", /1/],
    [withTask({ cache: "7d" }), "tasks.ask.cache", /.+/],
    [withTask({ cache: { ttl: "soon" } }), "tasks.ask.cache.ttl", /got "soon"/],
    [
      withTask({ cache: { tll: "7d" } }),
      "tasks.ask.cache",
      /called "tll" \(did you mean "ttl"\?\)/,
    ],
    [withTask({ settings: { temperature: 3 } }), "tasks.ask.settings.temperature", /2/],
    [withTask({ settings: { maxOutputTokens: 0 } }), "tasks.ask.settings.maxOutputTokens", /1/],
    [withTask({ settings: { maxTokens: 5 } }), "tasks.ask.settings", /maxTokens/],
    [
      withTask({ extract: { maxOutputTokens: "5" } }),
      "tasks.ask.extract.maxOutputTokens",
      /number/,
    ],
    [withTask({ modle: model }), "tasks.ask", /called "modle" \(did you mean "model"\?\)/],
    [
      { tasks: { ask: { model } }, default: {} },
      "",
      /called "default" \(did you mean "defaults"\?\)/,
    ],
    [
      { tasks: { ask: { model } }, defaults: { deadlin: 5 } },
      "defaults",
      /did you mean "deadline"/,
    ],
    [{ tasks: { ask: { model } }, defaults: { deadline: "x" } }, "defaults.deadline", /got "x"/],
    [
      { tasks: { ask: { model } }, providers: { openai: { baseURL: "localhost" } } },
      "providers.openai.baseURL",
      /url/i,
    ],
    [
      { tasks: { ask: { model } }, providers: { openai: { baseURL: "ftp://x" } } },
      "providers.openai.baseURL",
      /url/i,
    ],
    [
      { tasks: { ask: { model } }, providers: { ollama: {} } },
      "providers.ollama.baseURL",
      /expected a URL/,
    ],
    [
      { tasks: { ask: { model } }, providers: { openai: { kind: "azure" } } },
      "providers.openai.kind",
      /.+/,
    ],
    [
      { tasks: { ask: { model } }, providers: { openai: { taskHeader: "x y" } } },
      "providers.openai.taskHeader",
      /name of a header/,
    ],
    [
      { tasks: { ask: { model } }, prices: { [model]: { input: -1, output: 1 } } },
      `prices.${model}.input`,
      /0/,
    ],
    [
      { tasks: { ask: { model } }, prices: { [model]: { input: 1 } } },
      `prices.${model}.output`,
      /number/,
    ],
    [{ tasks: { ask: { model } }, store: "" }, "store", /.+/],
    [{ tasks: { ask: { model } }, cacheMemoryBytes: -1 }, "cacheMemoryBytes", /0/],
    [{ tasks: { ask: { model } }, retention: "30m" }, "retention", /at least "1h"/],
    [{ tasks: { ask: { model } }, retention: 30 as never }, "retention", /at least "1h"/],
    [{ tasks: { ask: { model } }, retention: true as never }, "retention", /expected false/],
  ])("%j", (config, path, message) => {
    const faults = faultsOf(config);
    expect(faults).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test("all of them are told at once", () => {
    const config = {
      tasks: { one: { model: "x" }, two: { model, deadline: "x", retry: { attempts: 99 } } },
      store: 5,
    };
    const paths = faultsOf(config).map(({ path }) => path);
    expect(paths).toEqual([
      "tasks.one.model",
      "tasks.two.deadline",
      "tasks.two.retry.attempts",
      "store",
    ]);
  });

  test("a key is never quoted", () => {
    const config = {
      tasks: { ask: { model } },
      providers: { openai: { apiKey: "sk-very-secret-key", kind: "sk-very-secret-key" } },
    };
    expect(JSON.stringify(faultsOf(config))).not.toContain("very-secret");
  });
});

describe("what is left out", () => {
  test("comes from the defaults of the config, and from Seam's own then", () => {
    const { tasks } = resolveConfig(
      defineConfig({
        tasks: {
          bare: { model },
          own: {
            model,
            deadline: "5s",
            attempt: { silence: 700 },
            retry: { attempts: 7 },
            hedge: { after: "2s" },
            cache: { ttl: "1h" },
          },
          off: { model, retry: false, hedge: false, cache: false },
        },
        defaults: {
          deadline: "1m",
          attempt: { total: "30s", silence: "3s" },
          retry: { baseDelay: 9 },
          hedge: { share: 0.05 },
          cache: { namespace: "n" },
        },
      }),
      env,
    );
    const common = {
      totalMs: 30_000,
      headersMs: defaults.attempt.headersMs,
      firstTokenMs: defaults.attempt.firstTokenMs,
    };
    expect(tasks.get("bare")).toMatchObject({
      limits: { deadlineMs: 60_000, attempt: { ...common, silenceMs: 3_000 } },
      retry: { attempts: 3, baseDelayMs: 9, maxDelayMs: defaults.retry.maxDelayMs },
      hedge: { ...defaults.hedge, share: 0.05 },
      cache: { ttlMs: defaults.cache.ttlMs, namespace: "n", mode: "use" },
    });
    expect(tasks.get("own")).toMatchObject({
      limits: { deadlineMs: 5_000, attempt: { ...common, silenceMs: 700 } },
      retry: { attempts: 7, baseDelayMs: 9 },
      hedge: { after: 2_000, share: 0.05, minimumCalls: defaults.hedge.minimumCalls },
      cache: { ttlMs: 3_600_000, namespace: "n" },
    });
    expect(tasks.get("off")).toMatchObject({
      retry: { attempts: 1 },
      hedge: undefined,
      cache: undefined,
    });
  });

  test("a budget, of which a task's own takes the place of the common one", () => {
    const { tasks } = resolveConfig(
      {
        defaults: { budget: { tokens: 1_000, requests: 60, window: "1m" } },
        tasks: {
          plain: { model },
          own: {
            model,
            budget: [
              { cost: 5, window: "30d" },
              { inFlight: 2, wait: "5s" },
            ],
          },
          off: { model, budget: false },
        },
      },
      env,
    );
    expect(tasks.get("plain")?.budget).toEqual([
      { kind: "tokens", max: 1_000, windowMs: 60_000, waitMs: defaults.budget.waitMs },
      { kind: "requests", max: 60, windowMs: 60_000, waitMs: defaults.budget.waitMs },
    ]);
    expect(tasks.get("own")?.budget).toEqual([
      { kind: "cost", max: 5, windowMs: 30 * 86_400_000, waitMs: 0 },
      { kind: "inFlight", max: 2, waitMs: 5_000 },
    ]);
    expect(tasks.get("off")?.budget).toEqual([]);
  });

  test("what is kept of the content decides where answers may be kept, unless that is said, too", () => {
    const shout = (text: string): string => text.toUpperCase();
    const { tasks } = resolveConfig(
      {
        tasks: {
          common: { model, cache: true },
          own: { model, content: "redacted", redact: shout, cache: true },
          full: { model, content: "full", cache: true },
          lasting: { model, cache: { reach: "lasting" } },
        },
        defaults: { content: "none" },
      },
      env,
    );
    const every = Object.values(redactors);
    expect(tasks.get("common")).toMatchObject({
      content: { kept: "none", redactors: every },
      cache: { reach: "process" },
    });
    expect(tasks.get("own")).toMatchObject({
      content: { kept: "redacted", redactors: [shout] },
      cache: { reach: "process" },
    });
    expect(tasks.get("full")).toMatchObject({
      content: { kept: "full" },
      cache: { reach: "lasting" },
    });
    expect(tasks.get("lasting")).toMatchObject({ cache: { reach: "lasting" } });
  });

  test.each<[Duration, number]>([
    [250, 250],
    ["250ms", 250],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["3h", 10_800_000],
    ["7d", 604_800_000],
  ])("%j is read as milliseconds", (deadline, ms) => {
    const { tasks } = resolveConfig({ tasks: { ask: { model, deadline } } }, env);
    expect(tasks.get("ask")?.limits.deadlineMs).toBe(ms);
  });

  test("a fallback inherits the task's settings and may change them", () => {
    const { tasks } = resolveConfig(
      {
        tasks: {
          ask: {
            model,
            settings: { temperature: 0, providerOptions: { openai: { user: "u" } } },
            fallbacks: [
              {
                model: "openai/gpt-4.1",
                settings: { temperature: 1, providerOptions: { openai: { store: false } } },
              },
            ],
          },
        },
      },
      env,
    );
    expect(tasks.get("ask")?.targets[1]?.settings).toEqual({
      temperature: 1,
      providerOptions: { openai: { user: "u", store: false } },
    });
  });
});

test("faults of providers, and of the models that name them, are told all at once", () => {
  const config = {
    tasks: {
      one: { model: "nowhere/model" },
      two: { model: "anthropic/claude-haiku-4-5", fallbacks: ["elsewhere/model"] },
    },
  } as const;
  expect(() => resolveConfig(config, {})).toThrow(
    /tasks\.one\.model: unknown provider "nowhere"[\s\S]*tasks\.two\.fallbacks\.0: unknown provider "elsewhere"/,
  );
  expect(() => resolveConfig({ ...config, providers: { a: {}, b: {} } }, {})).toThrow(
    /providers\.a\.baseURL: [\s\S]*providers\.b\.baseURL: /,
  );
});
