import { defineTool } from "llm-seam";
import type { Reply } from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { replyWith } from "../support/agent.ts";
import { collect, type Harness, rejection, startAfresh, startHarness } from "../support/harness.ts";

const tasks = {
  anthropic: { model: "anthropic/claude-haiku-4-5" },
  openai: { model: "openai/gpt-4.1-mini" },
} as const;
type Task = keyof typeof tasks;

let harness: Harness<Task>;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { breaker: false, retry: { attempts: 3, baseDelay: 1 } },
  });
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
});
afterAll(() => harness[Symbol.asyncDispose]());

const replies = (...steps: Reply[]): void => replyWith(harness.simulator, ...steps);

const call = (name: string, args: unknown): Reply => ({
  type: "tool-calls",
  calls: [{ name, arguments: args }],
});

const lookUpOrder = defineTool({
  description: "Looks up an order.",
  effect: "read",
  trusted: true,
  inputSchema: z.object({ orderId: z.string() }),
  execute: ({ orderId }) => ({ orderId, total: 42 }),
});

const tools = { lookUpOrder };
const grant = { tools: { lookUpOrder: true }, hosts: [] } as const;

describe.each(["anthropic", "openai"] as const)("%s", (task) => {
  test("a run calls a tool, answers, and leaves one event with one child for each step and call", async () => {
    replies(call("lookUpOrder", { orderId: "4711" }), "It costs 42.");
    const agent = harness.seam.agent(task, { tools, grant, system: "Help." });
    const run = await agent.run({ prompt: "What is 4711?", tags: { user: "u1" } });
    expect(run).toMatchObject({
      outcome: "answered",
      text: "It costs 42.",
      removed: [],
      untrusted: false,
      steps: [
        {
          toolCalls: [
            {
              name: "lookUpOrder",
              input: { orderId: "4711" },
              outcome: "done",
              output: { total: 42 },
            },
          ],
          finishReason: "tool-calls",
        },
        { toolCalls: [], text: "It costs 42.", finishReason: "stop" },
      ],
      messages: [{ role: "assistant" }, { role: "tool" }, { role: "assistant" }],
    });
    const events = await harness.events();
    const own = events.filter(({ trace_id }) => trace_id === run.runId);
    expect(own.map(({ pattern, parent_id }) => [pattern, parent_id])).toEqual([
      ["model", run.runId],
      ["tool", run.runId],
      ["model", run.runId],
      ["agent", null],
    ]);
    expect(own.at(-1)).toMatchObject({ children: 3, user: "u1", finish_reason: "stop" });
    expect(run.usage.inputTokens).toBe(own.at(-1)?.["input_tokens"]);
  });

  test("a streamed run tells what is said and done, in order", async () => {
    replies(
      {
        type: "tool-calls",
        text: "Let me look.",
        calls: [{ name: "lookUpOrder", arguments: { orderId: "1" } }],
      },
      "It costs 42.",
    );
    const stream = harness.seam.agent(task, { tools, grant }).stream({ prompt: "What is 1?" });
    const { pieces, error } = await collect(stream);
    expect(error).toBeUndefined();
    const kinds = pieces.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
    expect(kinds).toEqual(["text", "tool", "tool-result", "text"]);
    expect((await collect(stream.texts())).pieces.join("")).toBe("Let me look.It costs 42.");
    expect(await stream.result).toMatchObject({ outcome: "answered", text: "It costs 42." });
  });

  test("a model that wants to go on at the limit of steps ends the run, with its steps", async () => {
    replies(call("lookUpOrder", { orderId: "1" }), call("lookUpOrder", { orderId: "2" }));
    const agent = harness.seam.agent(task, { tools, grant, limits: { steps: 2 } });
    const error = await rejection(agent.run({ prompt: "Look." }));
    expect(error).toMatchObject({ code: "StepLimit", limit: "steps", steps: { length: 2 } });
  });

  test.each([
    ["while a model is asked", 0],
    ["while a tool is at work", 1],
  ] as const)("an abort %s: all that was under way is in the run's event", async (_, answered) => {
    replies(call("wait", {}), "Too late.");
    const caller = new AbortController();
    const reason = new Error("the customer has left");
    if (answered === 0) harness.simulator.play(["header-silence"]);
    const signalled: boolean[] = [];
    const waiting = defineTool({
      description: "Waits.",
      effect: "read",
      inputSchema: z.object({}),
      execute: async (_input, { abortSignal }) => {
        caller.abort(reason);
        signalled.push(abortSignal.aborted);
        await new Promise(() => {});
      },
    });
    const agent = harness.seam.agent(task, {
      tools: { wait: waiting },
      grant: { tools: { wait: true } },
    });
    const run = rejection(agent.run({ prompt: "Wait.", signal: caller.signal }));
    if (answered === 0) {
      await expect.poll(() => harness.simulator.requests.length).toBe(1);
      caller.abort(reason);
    }
    expect(await run).toBe(reason);
    expect(signalled).toEqual(answered === 0 ? [] : [true]);
    const events = await harness.events();
    const own = events.at(-1);
    const children = events.filter(({ parent_id }) => parent_id === own?.id);
    expect(children.map(({ pattern }) => pattern)).toEqual(
      answered === 0 ? ["model"] : ["model", "tool"],
    );
    expect(own).toMatchObject({ pattern: "agent", children: children.length });
    expect(own?.attempts).toHaveLength(1);
  });

  test("a run's deadline ends the tool that is at work, and its steps say so", async () => {
    replies(call("wait", {}));
    const stuck = defineTool({
      description: "Waits.",
      effect: "write",
      inputSchema: z.object({}),
      execute: () => new Promise(() => {}),
    });
    const agent = harness.seam.agent(task, {
      tools: { wait: stuck },
      grant: { tools: { wait: true } },
      limits: { deadline: 300 },
    });
    expect(await rejection(agent.run({ prompt: "Wait." }))).toMatchObject({
      code: "DeadlineExceeded",
      limit: "run",
      steps: [{ toolCalls: [{ name: "wait", outcome: "failed" }] }],
    });
  });

  test("a call that nobody had decided about when the run's time was up has its event, too", async () => {
    replies(call("lookUpOrder", { orderId: "1" }));
    const agent = harness.seam.agent(task, {
      tools,
      grant: { tools: { lookUpOrder: { approval: true } } },
      approve: () => new Promise<boolean>(() => {}),
      limits: { deadline: 300 },
    });
    const error = await rejection(agent.run({ prompt: "Look." }));
    const undecided = { name: "lookUpOrder", outcome: "denied" };
    expect(error).toMatchObject({ limit: "run", steps: [{ toolCalls: [undecided] }] });
    const [asked, own] = (await harness.events()).slice(-2);
    expect(asked).toMatchObject({ pattern: "tool", parent_id: own?.id, error_code: "ToolDenied" });
    expect(own).toMatchObject({ pattern: "agent", children: 2 });
  });
});
