import { DatabaseSync } from "node:sqlite";
import { createSeam, defineTool, type RunResult, type Seam } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { calls, replyWith } from "../support/agent.ts";
import {
  type Harness,
  rejection,
  simulatedProviders,
  startAfresh,
  startHarness,
} from "../support/harness.ts";

const tasks = { desk: { model: "anthropic/claude-haiku-4-5" } } as const;

let harness: Harness<"desk">;

beforeAll(async () => {
  harness = await startHarness({
    tasks,
    defaults: { breaker: false, retry: { attempts: 2, baseDelay: 1 } },
  });
});
beforeEach(async () => {
  await startAfresh(harness.simulator);
  paid = [];
  total = 100;
});
afterAll(() => harness[Symbol.asyncDispose]());

let paid: { amount: number; key: string; customer: string }[] = [];
let total = 100;
const tools = {
  look: defineTool({
    description: "Looks up an order.",
    effect: "read",
    trusted: true,
    inputSchema: z.object({ order: z.string() }),
    execute: ({ order }) => `${order} costs ${total}`,
  }),
  refund: defineTool({
    description: "Pays money back.",
    effect: "irreversible",
    trusted: true,
    inputSchema: z.object({ amount: z.number() }),
    execute: ({ amount }, { context, idempotencyKey }) => {
      const { customer } = context as { customer: string };
      paid.push({ amount, key: idempotencyKey, customer });
      return `paid ${amount}`;
    },
  }),
};

const agentOf = (seam: Seam<"desk">, options: object = {}) =>
  seam.agent("desk", {
    tools,
    grant: (context: { customer: string }) => ({
      tools: {
        look: context.customer === "c1",
        refund: { allow: ({ amount }: { amount: number }) => amount <= total || "over the total" },
      } as never,
    }),
    context: { customer: "c1" },
    ...options,
  });

function approvalsOf(run: RunResult) {
  if (run.outcome !== "paused") throw new Error("the run has not paused");
  return run.approvals;
}

const twoCalls = calls(["look", { order: "o1" }], ["refund", { amount: 20 }]);

/** Another process would open the same file. */
function otherSeam(): Seam<"desk"> {
  return createSeam({
    tasks,
    store: harness.file,
    providers: simulatedProviders(harness.simulator),
  });
}

test("a run pauses, and goes on in another process: what needed no approval is not done again", async () => {
  replyWith(harness.simulator, twoCalls, "Paid back.");
  const paused = await agentOf(harness.seam).run({ prompt: "Refund 20.", tags: { user: "u1" } });
  const [approval] = approvalsOf(paused);
  expect(approval).toMatchObject({ tool: "refund", input: { amount: 20 }, effect: "irreversible" });
  expect(paused.steps[0]?.toolCalls).toMatchObject([{ outcome: "done" }, { outcome: "waiting" }]);
  expect(paid).toEqual([]);

  await using other = otherSeam();
  const agent = agentOf(other, { context: undefined });
  expect(await agent.resume(paused.runId)).toMatchObject({
    outcome: "paused",
    approvals: [{ id: approval?.id }],
  });
  await other.approvals.approve(approval?.id ?? "", { by: "ada" });
  const answered = await agent.resume(paused.runId);
  expect(answered).toMatchObject({
    outcome: "answered",
    text: "Paid back.",
    steps: [{ toolCalls: [{ name: "look" }, { name: "refund", outcome: "done" }] }, {}],
    messages: [{ role: "assistant" }, { role: "tool", content: { length: 2 } }, {}],
  });
  expect(paid).toMatchObject([{ amount: 20, customer: "c1" }]);
  expect(harness.simulator.requests).toHaveLength(2);
  expect(answered.cost).toBeGreaterThan(paused.cost ?? 0);
  await other.flush();
  const events = await harness.events();
  const segment = events.filter(({ parent_id }) => parent_id === answered.callId);
  expect(segment.map(({ pattern }) => pattern)).toEqual(["tool", "model"]);
  expect(JSON.parse(String(segment[0]?.["tool"]))).toMatchObject({
    outcome: "done",
    approval: { id: approval?.id, approved: true, by: "ada" },
  });
  expect(await rejection(agent.resume(paused.runId))).toMatchObject({ code: "InvalidRequest" });
});

test("a denial is told to the model, with its note", async () => {
  replyWith(harness.simulator, twoCalls, "Sorry.");
  const paused = await agentOf(harness.seam).run({ prompt: "Refund 20." });
  const [approval] = approvalsOf(paused);
  await harness.seam.approvals.deny(approval?.id ?? "", { by: "ada", note: "ask for a receipt" });
  const run = await agentOf(harness.seam).resume(paused.runId);
  expect(run).toMatchObject({ outcome: "answered", text: "Sorry." });
  expect(JSON.stringify(harness.simulator.requests.at(-1)?.body)).toContain("ask for a receipt");
  expect(paid).toEqual([]);
});

test("what nobody has decided in time is denied", async () => {
  replyWith(harness.simulator, twoCalls, "Sorry.");
  const agent = agentOf(harness.seam, { limits: { approvalTtl: 20 } });
  const paused = await agent.run({ prompt: "Refund 20." });
  await vi.waitFor(
    async () => {
      const run = await agent.resume(paused.runId);
      expect(run.outcome).toBe("answered");
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(JSON.stringify(harness.simulator.requests.at(-1)?.body)).toContain("has expired");
  expect(paid).toEqual([]);
});

test("what the grant no longer allows is denied, whoever has agreed", async () => {
  replyWith(harness.simulator, twoCalls, "Sorry.");
  const paused = await agentOf(harness.seam).run({ prompt: "Refund 20." });
  await harness.seam.approvals.approve(approvalsOf(paused)[0]?.id ?? "", { by: "ada" });
  total = 10;
  expect(await agentOf(harness.seam).resume(paused.runId)).toMatchObject({ text: "Sorry." });
  expect(JSON.stringify(harness.simulator.requests.at(-1)?.body)).toContain("over the total");
  expect(paid).toEqual([]);
});

test("of two that resume at once, one wins, and the refund is paid once", async () => {
  replyWith(harness.simulator, twoCalls, "Paid back.");
  const paused = await agentOf(harness.seam).run({ prompt: "Refund 20." });
  await harness.seam.approvals.approve(approvalsOf(paused)[0]?.id ?? "", { by: "ada" });
  await using other = otherSeam();
  const results = await Promise.allSettled([
    agentOf(harness.seam).resume(paused.runId),
    agentOf(other).resume(paused.runId),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: expect.stringMatching(/^(Busy|InvalidRequest)$/) },
  });
  expect(paid).toHaveLength(1);
});

test("a run that fails after a pause goes on from what it has done", async () => {
  replyWith(harness.simulator, twoCalls, "Paid back.");
  const agent = agentOf(harness.seam);
  const paused = await agent.run({ prompt: "Refund 20." });
  await harness.seam.approvals.approve(approvalsOf(paused)[0]?.id ?? "", { by: "ada" });
  harness.simulator.play(["status-500", "status-500"]);
  expect(await rejection(agent.resume(paused.runId))).toMatchObject({
    code: "ProviderUnavailable",
    steps: [{ toolCalls: [{ outcome: "done" }, { outcome: "done" }] }],
  });
  expect(paid).toHaveLength(1);
  expect(await agent.resume(paused.runId)).toMatchObject({
    outcome: "answered",
    text: "Paid back.",
  });
  expect(paid).toHaveLength(1);
});

test("a run whose end cannot be stored asks for its answer again, and for nothing else", async () => {
  replyWith(harness.simulator, twoCalls, "Paid back.", "Paid back, as I said.");
  const agent = agentOf(harness.seam);
  const paused = await agent.run({ prompt: "Refund 20." });
  await harness.seam.approvals.approve(approvalsOf(paused)[0]?.id ?? "", { by: "ada" });
  using file = new DatabaseSync(harness.file);
  file.exec(
    "create trigger full before update of ended_at on runs when new.ended_at > 0 begin select raise(abort, 'disk full'); end",
  );
  expect(await rejection(agent.resume(paused.runId))).toMatchObject({ code: "StoreUnavailable" });
  file.exec("drop trigger full");
  expect(await agent.resume(paused.runId)).toMatchObject({
    text: "Paid back, as I said.",
  });
  expect(paid).toHaveLength(1);
  // Models refuse to go on from an answer of their own.
  expect(harness.simulator.requests.at(-1)?.body).toMatchObject({
    messages: [{ role: "user" }, { role: "assistant" }, { role: "user" }],
  });
});

test("a run that was aborted while a tool was at work makes the call again under the same key", async () => {
  replyWith(harness.simulator, twoCalls, "Paid back.");
  const abort = new AbortController();
  const refund = {
    ...tools.refund,
    execute: (input: { amount: number }, options: { idempotencyKey: string }) => {
      const first = paid.length === 0;
      paid.push({ ...input, key: options.idempotencyKey, customer: "c1" });
      if (!first) return "paid";
      abort.abort(new Error("the process goes down"));
      return new Promise(() => {});
    },
  };
  const grant = { tools: { look: true, refund: { calls: 1 } } };
  const agent = agentOf(harness.seam, { tools: { ...tools, refund }, grant });
  const paused = await agent.run({ prompt: "Refund 20." });
  await harness.seam.approvals.approve(approvalsOf(paused)[0]?.id ?? "", { by: "ada" });
  const error = await rejection(agent.resume(paused.runId, { signal: abort.signal }));
  expect(error).toMatchObject({ message: "the process goes down" });
  await vi.waitFor(
    async () => {
      expect(await agent.resume(paused.runId)).toMatchObject({ outcome: "answered" });
    },
    { timeout: 10_000, interval: 20 },
  );
  expect(paid).toHaveLength(2);
  expect(new Set(paid.map(({ key }) => key)).size).toBe(1);
  await harness.seam.flush();
  using events = openEvents(harness.file);
  const parts = (await events.runOf(paused.runId))?.segments ?? [];
  const ends = await Promise.all(parts.map((id) => events.get(id)));
  expect(ends.map((event) => event?.errorCode ?? event?.finishReason)).toEqual([
    "tool-calls",
    "Aborted",
    "stop",
  ]);
});

test("several calls wait at once, and a run may pause again", async () => {
  replyWith(
    harness.simulator,
    calls(["refund", { amount: 1 }], ["refund", { amount: 2 }]),
    calls(["refund", { amount: 3 }]),
    "All paid.",
  );
  const agent = agentOf(harness.seam);
  let run = await agent.run({ prompt: "Refund them." });
  expect(approvalsOf(run).map(({ input }) => input)).toEqual([{ amount: 1 }, { amount: 2 }]);
  for (const { id } of approvalsOf(run)) await harness.seam.approvals.approve(id, { by: "ada" });
  run = await agent.resume(run.runId);
  expect(approvalsOf(run)).toMatchObject([{ input: { amount: 3 } }]);
  await harness.seam.approvals.approve(approvalsOf(run)[0]?.id ?? "", { by: "ada" });
  expect(await agent.resume(run.runId)).toMatchObject({ text: "All paid.", steps: { length: 3 } });
  expect(paid.map(({ amount }) => amount)).toEqual([1, 2, 3]);
});

test("a second pause that cannot be stored is made again, and no approval is lost", async () => {
  const more = calls(["refund", { amount: 3 }]);
  replyWith(harness.simulator, twoCalls, more, more, "Paid.");
  const agent = agentOf(harness.seam);
  const paused = await agent.run({ prompt: "Refund 20." });
  await harness.seam.approvals.approve(approvalsOf(paused)[0]?.id ?? "", { by: "ada" });
  using file = new DatabaseSync(harness.file);
  file.exec(
    "create trigger full before insert on approvals begin select raise(abort, 'disk full'); end",
  );
  expect(await rejection(agent.resume(paused.runId))).toMatchObject({ code: "StoreUnavailable" });
  file.exec("drop trigger full");
  const again = await agent.resume(paused.runId);
  expect(approvalsOf(again)).toMatchObject([{ input: { amount: 3 } }]);
  expect(new Set(paid.map(({ key }) => key)).size).toBe(1);
});

test("a context that cannot be kept is said when the run has to pause", async () => {
  replyWith(harness.simulator, twoCalls);
  const agent = agentOf(harness.seam, { context: { customer: "c1", since: new Date() } });
  expect(await rejection(agent.run({ prompt: "Refund 20." }))).toMatchObject({
    code: "ConfigError",
    issues: [{ path: "context.since" }],
    steps: { length: 1 },
  });
});

test("runs that are not there, and runs of other tasks", async () => {
  const agent = agentOf(harness.seam);
  expect(await rejection(agent.resume("nothing"))).toMatchObject({ code: "InvalidRequest" });
});
