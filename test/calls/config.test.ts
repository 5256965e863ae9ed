import { AuthenticationFailed, ConfigError, createSeam, defineConfig, type Seam } from "llm-seam";
import { simulatedModel } from "llm-seam/simulator";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { rejection, startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";

vi.mock("@ai-sdk/openai-compatible", () => {
  throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
});

function seamOf(): Seam<"classify" | "reply"> {
  return createSeam({ tasks: { classify: { model }, reply: { model } }, store: false });
}

describe("a misspelt task", () => {
  test("does not compile, in any pattern", () => {
    const calls = (seam: Seam<"classify" | "reply">): void => {
      // @ts-expect-error
      void seam.complete("clasify", { prompt: "x" });
      // @ts-expect-error
      seam.stream("clasify", { prompt: "x" });
      // @ts-expect-error
      void seam.extract("clasify", { prompt: "x", schema: z.string() });
      // @ts-expect-error
      seam.streamExtract("clasify", { prompt: "x", schema: z.string() });
      // @ts-expect-error
      seam.model("clasify");
    };
    expect(calls).toBeInstanceOf(Function);
  });

  test("is known from the config alone", () => {
    const config = defineConfig({ tasks: { classify: { model } }, store: false });
    const seam = createSeam(config);
    // @ts-expect-error
    expect(() => seam.model("reply")).toThrow(ConfigError);
  });

  test("lists the known ones at run time, in every pattern", async () => {
    const seam: Seam = seamOf();
    const expected = {
      code: "ConfigError",
      task: "clasify",
      message: expect.stringContaining("Known tasks: classify, reply"),
    };
    const options = { prompt: "x", schema: z.string() };
    expect(await rejection(seam.complete("clasify", options))).toMatchObject(expected);
    expect(await rejection(seam.extract("clasify", options))).toMatchObject(expected);
    expect(() => seam.stream("clasify", options)).toThrow(expect.objectContaining(expected));
    expect(() => seam.streamExtract("clasify", options)).toThrow(expect.objectContaining(expected));
    expect(() => seam.model("clasify")).toThrow(expect.objectContaining(expected));
  });

  test.each(["toString", "constructor", "__proto__"])("%s is no task either", async (task) => {
    const seam: Seam = seamOf();
    expect(await rejection(seam.complete(task, { prompt: "x" }))).toBeInstanceOf(ConfigError);
  });
});

test("the types of an extracted value are those of its schema", async () => {
  await using harness = await startHarness({ tasks: { ask: { model } } });
  const schema = z.object({
    order: z.coerce.number(),
    at: z.string().transform((text) => text.length),
  });
  const { value } = await harness.seam.extract("ask", { prompt: "x", schema });
  const order: number = value.order;
  const at: number = value.at;
  // @ts-expect-error
  const wrong: string = value.order;
  expect([order, at, wrong]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
});

describe("what the config cannot tell beforehand", () => {
  test("a missing key names the variable that is looked for, and asks no one", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "");
    vi.stubEnv("OPENAI_API_KEY", undefined);
    const seam = createSeam({
      tasks: { one: { model }, two: { model: "openai/gpt-4.1" }, three: { model: "my-proxy/x" } },
      providers: { "my-proxy": { kind: "anthropic", baseURL: "http://127.0.0.1:1/v1" } },
      store: false,
    });
    for (const [task, variable] of [
      ["one", "ANTHROPIC_API_KEY"],
      ["two", "OPENAI_API_KEY"],
      ["three", "MY_PROXY_API_KEY"],
    ] as const) {
      const error = await rejection(seam.complete(task, { prompt: "x" }));
      expect(error).toBeInstanceOf(AuthenticationFailed);
      expect((error as Error).message).toContain(variable);
      const { error: streamed } = await seam.stream(task, { prompt: "x" }).result.then(
        () => ({ error: undefined }),
        (reason: unknown) => ({ error: reason }),
      );
      expect(streamed).toMatchObject({ code: "AuthenticationFailed" });
    }
  });

  test("a key from the environment is used, and a fallback with a key stands in for one without", async () => {
    vi.stubEnv("SPARE_API_KEY", "from-the-environment");
    vi.stubEnv("EMPTY_API_KEY", "");
    await using harness = await startHarness({ tasks: { unused: { model } } });
    const baseURL = harness.simulator.baseURL;
    await using seam = createSeam({
      tasks: { ask: { model: "empty/x", fallbacks: ["spare/y"] } },
      providers: { empty: { kind: "anthropic", baseURL }, spare: { kind: "anthropic", baseURL } },
      store: false,
    });
    const { target } = await seam.complete("ask", { prompt: "x" });
    expect(target).toBe("spare/y");
    expect(harness.simulator.requests).toMatchObject([{ model: "y" }]);
  });

  test("a package that is not installed is named with the command that installs it", async () => {
    const seam = createSeam({
      tasks: { ask: { model: "ollama/qwen3" } },
      providers: { ollama: { baseURL: "http://127.0.0.1:1/v1" } },
      store: false,
    });
    const error = await rejection(seam.complete("ask", { prompt: "x" }));
    expect(error).toMatchObject({
      code: "ConfigError",
      message: expect.stringContaining("npm install @ai-sdk/openai-compatible"),
    });
  });
});

describe("a wrong call is refused before anything is sent", () => {
  test.each([
    [{}, /either `prompt` or `messages`/],
    [{ prompt: "x", messages: [{ role: "user", content: "y" }] }, /either `prompt` or `messages`/],
    [{ prompt: "  " }, /`prompt` must be a text/],
    [{ messages: [] }, /`messages` must be a list/],
    [{ messages: [{ role: "bot", content: "y" }] }, /messages\.0\.role is "bot"/],
    [{ prompt: "x", limits: { deadline: "soon" } }, /deadline: expected milliseconds/],
    [{ prompt: "x", limits: { dedline: 5 } }, /dedline/],
    [{ prompt: "x", limits: { attempt: { total: -1 } } }, /attempt\.total/],
  ])("%j", async (options, message) => {
    const simulated = simulatedModel();
    const seam: Seam = createSeam({ tasks: { ask: { model: simulated } }, store: false });
    const error = await rejection(seam.complete("ask", options as never));
    expect((error as Error).message).toMatch(message);
    expect((error as { task?: string }).task ?? "ask").toBe("ask");
    expect(() => seam.stream("ask", options as never)).toThrow(message);
  });
});
