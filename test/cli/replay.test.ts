import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { createSeam, type Seam, type SeamConfig } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { type Simulator, startSimulator } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { hunksOf } from "../../src/cli/output/comparison.ts";
import { replay } from "../../src/replay.ts";
import { writeEvents } from "../support/event-store.ts";
import { rejection } from "../support/harness.ts";
import { segmentEvent, stepEvent, toolEvent } from "../support/run-events.ts";
import { makeProject, type Project } from "./project.testkit.ts";
import { ended, jsonLines, main, type RunResult, runSeam } from "./run-seam.testkit.ts";

const haiku = "anthropic/claude-haiku-4-5";
const mini = "openai/gpt-4.1-mini";

let answers: readonly string[] = [];
let simulator: Simulator;
let project: Project;
let seam: Seam;
let store: string;

function configFor(baseURL: string) {
  const common = { baseURL, apiKey: "simulated", taskHeader: "x-seam-task" };
  return {
    providers: { anthropic: common, openai: common },
    defaults: { retry: { attempts: 1 } },
    tasks: {
      reply: { model: haiku, fallbacks: [mini], cache: true, settings: { temperature: 0.5 } },
      classify: { model: mini },
      hidden: { model: haiku, content: "redacted" },
      unsaid: { model: haiku, content: "none" },
    },
  } satisfies SeamConfig;
}

beforeAll(async () => {
  simulator = await startSimulator({
    script: {
      replies: [
        {
          match: { tool: "look_up" },
          reply: { type: "tool-calls", calls: [{ name: "look_up", arguments: { order: 4711 } }] },
        },
        { reply: () => answers[simulator.requests.length % answers.length] ?? "simulated" },
      ],
    },
  });
  project = await makeProject();
  const config = configFor(simulator.baseURL);
  const { reply, ...others } = config.tasks;
  const rule = `() => "of the rule"`;
  await project.write(
    "seam.config.ts",
    `const config = ${JSON.stringify({ ...config, tasks: others })};
config.tasks.reply = { ...${JSON.stringify(reply)}, rule: ${rule} };
export default config;`,
  );
  store = `${project.folder}/.seam/seam.db`;
  seam = createSeam({ ...config, store });
});
afterAll(async () => {
  await seam.close();
  await simulator.close();
  await project.remove();
});
beforeEach(() => {
  answers = [];
});

const run = (...args: string[]): Promise<RunResult> =>
  runSeam(["calls", "replay", ...args], { cwd: project.folder });

/** A call that was answered with this text. */
async function recorded(text: string, task: "reply" | "classify" | "hidden" | "unsaid" = "reply") {
  answers = [text];
  const { callId } = await seam.complete(task, { prompt: `Say: ${text}`, cache: false });
  await seam.flush();
  return callId;
}

describe("seam calls replay", () => {
  test("sends the same request to the same model, past rule and cache, and shows both answers", async () => {
    const id = await recorded("Dear Ada,\nyour order left today.\nBye");
    answers = ["Dear Ada,\nyour order left yesterday.\nBye"];
    const before = simulator.requests.at(-1);
    const { code, stdout, stderr } = await run(id.slice(0, 18));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(simulator.requests.at(-1)?.body).toEqual(before?.body);
    expect(simulator.requests.at(-1)?.index).toBe((before?.index ?? 0) + 1);
    expect(stdout).toMatch(/RECORDED +REPLAYED/);
    expect(stdout).toMatch(/asked +anthropic\/claude-haiku-4-5 +anthropic\/claude-haiku-4-5/);
    expect(stdout).toMatch(/tokens +\d+ in, \d+ out +\d+ in, \d+ out/);
    expect(stdout).toMatch(/latency +\S+ m?s +\S+ m?s/);
    expect(stdout).toMatch(/cost +\$0\.\d+ +\$0\.\d+/);
    expect(stdout).toContain(
      "  Dear Ada,\n- your order left today.\n+ your order left yesterday.\n  Bye\n",
    );
  });

  test("leaves an event of its own, marked with the call that it repeats", async () => {
    const id = await recorded("the same");
    const { stdout } = await run(id, "--json");
    const [shown] = jsonLines(stdout);
    using events = openEvents(store);
    const [made] = await events.list({ tags: { replay_of: id } });
    expect(made).toMatchObject({
      task: "reply",
      pattern: "model",
      source: "model",
      tags: { replay_of: id },
      response: [{ type: "text", text: "the same" }],
    });
    expect(shown).toMatchObject({ recorded: { id }, replayed: { id: made?.id } });
  });

  test("says so when the answers are the same", async () => {
    const id = await recorded("the same");
    const { stdout } = await run(id);
    expect(stdout).toContain("Both answers are the same:\n  the same\n");
  });

  test("asks another model, with other settings, as another task", async () => {
    const id = await recorded("short");
    const args = ["--model", "openai/gpt-4.1", "--task", "classify"];
    const { code, stdout } = await run(id, ...args, "--settings", '{"temperature":0}', "--json");
    expect(code).toBe(0);
    expect(simulator.requests.at(-1)).toMatchObject({
      model: "gpt-4.1",
      task: "classify",
      body: { temperature: 0 },
    });
    expect(jsonLines(stdout)).toMatchObject([
      {
        recorded: { answeredBy: haiku },
        replayed: { answeredBy: "openai/gpt-4.1", task: "classify" },
      },
    ]);
  });

  test("of an extract that asked again, sends the first ask; JSON is compared member by member", async () => {
    answers = ['{"category":7}'];
    const schema = z.object({ category: z.string() });
    const asked = simulator.requests.length;
    const error = await rejection(seam.extract("classify", { prompt: "Sort it", schema }));
    expect(error).toMatchObject({ code: "InvalidOutput" });
    const { callId } = error as { callId: string };
    await seam.flush();
    answers = ['{"category":"billing"}'];
    const { code, stdout, stderr } = await run(callId);
    expect(code).toBe(0);
    expect(stderr).toContain(`${callId} asked 2 times: the first is sent again.`);
    expect(simulator.requests.at(-1)?.body).toEqual(simulator.requests[asked]?.body);
    expect(stdout).toContain('  {\n-   "category": 7\n+   "category": "billing"\n  }\n');
  });

  test("offers tools and runs none; bytes and addresses of files are as they were", async () => {
    await seam.model("classify").doGenerate({
      prompt: [
        {
          role: "user",
          content: [
            { type: "text", text: "Where is it?" },
            {
              type: "file",
              mediaType: "image/png",
              data: { type: "data", data: new Uint8Array([137, 80, 78, 71]) },
            },
            {
              type: "file",
              mediaType: "image/png",
              data: { type: "url", url: new URL("https://example.com/a.png") },
            },
          ],
        },
      ],
      tools: [
        {
          type: "function",
          name: "look_up",
          inputSchema: { type: "object", properties: { order: { type: "number" } } },
        },
      ],
    });
    await seam.flush();
    using events = openEvents(store);
    const [newest] = await events.list({ limit: 1 });
    const sent = simulator.requests.at(-1)?.body;
    const { code, stdout, stderr } = await run(newest?.id ?? "");
    expect(code).toBe(0);
    expect(stderr).toContain("Its tools are offered again");
    expect(simulator.requests.at(-1)?.body).toEqual(sent);
    expect(JSON.stringify(sent)).toContain("https://example.com/a.png");
    expect(stdout).toContain('[tool call look_up]\n  {\n    "order": 4711\n  }\n');
  });

  test.each([
    ["hidden", /cannot be sent again: its content was redacted/],
    ["unsaid", /cannot be sent again: its content was left out/],
  ] as const)("refuses a call whose content was not kept: %s", async (task, message) => {
    const id = await recorded("something", task);
    const asked = simulator.requests.length;
    const { code, stdout, stderr } = await run(id);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(simulator.requests).toHaveLength(asked);
  });

  test.each([
    ["run", /run is a run of an agent, which is not sent again.*seam agent trace run/],
    ["tool", /tool is a call of an agent's tool, which is not sent again/],
  ])("refuses what is no call of a model: %s", async (id, message) => {
    await writeEvents(store, [
      segmentEvent({ id: "run", task: "reply" }),
      stepEvent("run", { id: "step", task: "reply" }),
      toolEvent("run", { id: "tool", record: { name: "refund" }, input: { amount: 1 } }),
    ]);
    const asked = simulator.requests.length;
    const { code, stdout, stderr } = await run(id);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(simulator.requests).toHaveLength(asked);
  });

  test.each([
    ["an id that is none", ["zzzz"], 1, /No call in .* has the id "zzzz"/],
    ["a task that is none", ["ID", "--task", "replies"], 1, /no task "replies"[\s\S]*reply/],
    ["a model that is none", ["ID", "--model", "nowhere/x"], 1, /unknown provider "nowhere"/],
    ["settings that are no JSON", ["ID", "--settings", "{"], 2, /Give a JSON object/],
    ["settings that are none", ["ID", "--settings", '{"temprature":0}'], 1, /temprature/],
  ])("says what is wrong: %s", async (_, args, exitCode, message) => {
    const id = await recorded("x");
    const { code, stderr } = await run(...args.map((text) => (text === "ID" ? id : text)));
    expect(code).toBe(exitCode);
    expect(stderr).toMatch(message);
  });

  test("ends with the error of a model that does not answer; its event is there all the same", async () => {
    const id = await recorded("x");
    simulator.play(["status-529"]);
    const { code, stdout, stderr } = await run(id);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("overloaded");
    using events = openEvents(store);
    expect(await events.list({ tags: { replay_of: id } })).toMatchObject([
      { errorCode: "Overloaded" },
    ]);
  });

  describe.runIf(process.platform === "linux" && existsSync("/usr/bin/script"))(
    "on a terminal",
    () => {
      const onTerminal = async (width: number, id: string): Promise<string> => {
        const command = `stty cols ${width}; ${process.execPath} ${main} calls replay ${id}`;
        const env = { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color" };
        const options = { cwd: project.folder, env };
        const child = spawn("/usr/bin/script", ["-qec", command, "/dev/null"], options);
        return (await ended(child)).stdout;
      };

      test("a wide one shows the answers beside each other, what differs in colour", async () => {
        const id = await recorded(`same\n${"old words ".repeat(12)}`);
        answers = ["same\nnew words"];
        const text = await onTerminal(120, id);
        expect(text).toContain("\u001b[31mold words");
        expect(text).toContain("\u001b[32mnew words");
        const lines = stripVTControlCharacters(text).split(/\r?\n/);
        expect(lines.find((line) => line.includes("same"))).toMatch(/│ same +│ same +│$/);
        expect(lines.find((line) => line.includes("new"))).toMatch(/│ old words .*│ new words +│$/);
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
      });

      test("a narrow one shows them below each other", async () => {
        const id = await recorded("old words");
        answers = ["new words"];
        const text = stripVTControlCharacters(await onTerminal(70, id));
        expect(text).toMatch(/^- old words\r?\n\+ new words\r?$/m);
      });
    },
  );

  test("needs a config: a call is sent as its task says", async () => {
    const id = await recorded("x");
    const { code, stderr } = await runSeam(["calls", "replay", id, "--store", store], { cwd: "/" });
    expect(code).toBe(1);
    expect(stderr).toContain("name the config with --config");
  });
});

test("seam calls show says what of a call was not kept", async () => {
  const show = async (id: string): Promise<string> =>
    (await runSeam(["calls", "show", id], { cwd: project.folder })).stdout;
  const hidden = await show(await recorded("ada@example.com", "hidden"));
  expect(hidden).toContain("Prompt (redacted)\n  [user]\n  Say: [email]\n");
  expect(hidden).toContain("Response (redacted)\n  [text]\n  [email]\n");
  const unsaid = await show(await recorded("ada@example.com", "unsaid"));
  expect(unsaid).toContain("Prompt and response\n  (left out)\n");
  expect(unsaid).toMatch(/tokens +\d+ in, \d+ out/);
});

test("a model that the config holds as an object is found by its name", async () => {
  const { simulatedModel } = await import("llm-seam/simulator");
  const model = simulatedModel({ script: { replies: [{ reply: "from the object" }] } });
  const config = { ...configFor(simulator.baseURL), store, tasks: { ask: { model } } };
  await using own = createSeam(config);
  const { callId } = await own.complete("ask", { prompt: "hello" });
  await own.flush();
  using events = openEvents(store);
  const call = await events.get(callId);
  if (call === undefined) throw new Error("no event");
  const made = await events.get(await replay(config, call));
  expect(made?.response).toEqual([{ type: "text", text: "from the object" }]);
});

describe("two answers", () => {
  test.each([
    [["a"], ["a"], "= a"],
    [["a", "b", "c"], ["a", "x", "c"], "= a|b > x|= c"],
    [["a"], ["b"], "a > b"],
    [["a"], ["a", "b"], "= a| > b"],
    [[], ["a"], " > a"],
  ])("%j and %j", (before, after, expected) => {
    const shown = hunksOf(before, after).map((hunk) =>
      hunk.isSame ? `= ${hunk.before.join()}` : `${hunk.before.join()} > ${hunk.after.join()}`,
    );
    expect(shown.join("|")).toBe(expected);
  });

  test("of many thousand lines are not compared line by line", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    expect(hunksOf(lines, lines.toReversed())).toHaveLength(1);
    expect(hunksOf(lines, [...lines])).toMatchObject([{ isSame: true }]);
  });
});
