import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEvents } from "llm-seam/events";
import { startSimulator } from "llm-seam/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTickets } from "../../examples/support-desk/read-tickets.ts";
import type { RunReport } from "../../examples/support-desk/report.ts";
import { chatWindow } from "../../examples/support-desk/seam.config.ts";
import { isAccountedFor, type Outcome } from "../../examples/support-desk/work-through.ts";

const demo = fileURLToPath(new URL("../../examples/support-desk/main.ts", import.meta.url));
const useSource = new URL("use-source.ts", import.meta.url).href;
const noKeys = { ANTHROPIC_API_KEY: "", OPENAI_API_KEY: "" };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-demo-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runDemo(
  args: readonly string[],
  env: Record<string, string> = {},
  { readsOnce = false, input }: { readonly readsOnce?: boolean; readonly input?: string } = {},
): Promise<Run> {
  const child = spawn(process.execPath, ["--import", useSource, demo, ...args], {
    cwd: folder,
    env: { ...process.env, ...noKeys, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(input);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (readsOnce) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

describe("npm run demo", () => {
  test("no ticket is lost, faults are ridden out, and the second pass comes from the cache", async () => {
    const { code, stdout, stderr } = await runDemo(["--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout) as RunReport;
    expect(report).toMatchObject({ tickets: 80, skippedLines: 8, lost: 0, model: "simulator" });

    const [first, second] = report.passes;
    if (first === undefined || second === undefined) throw new Error("there are two passes");
    expect(first.seconds + second.seconds).toBeLessThan(20);
    expect(first.sorted).toBe(80);
    expect(first.errors["Refused"]).toBe(1);
    expect(first.errors["StreamInterrupted"]).toBeUndefined();
    expect(first.resumed).toBeGreaterThanOrEqual(1);
    expect(first.skipped).toBeGreaterThan(5);
    expect(first.errors["BudgetExceeded"]).toBeGreaterThanOrEqual(1);
    expect(first.retries).toBeGreaterThan(10);
    expect(first.reAsks).toBeGreaterThanOrEqual(1);
    expect(first.reroutes).toBeGreaterThanOrEqual(3);
    expect(Object.keys(report.faults).length).toBeGreaterThan(20);

    const { BudgetExceeded: overBudget = 0, ...otherErrors } = second.errors;
    const askedAgain = second.attempts;
    expect(second.cacheHits).toBe(second.calls - askedAgain - overBudget);
    const { Refused: refused = 0, BudgetExceeded: unasked = 0 } = first.errors;
    expect(askedAgain).toBeLessThanOrEqual(first.reroutes + first.resumed + refused + unasked);
    expect(otherErrors).toEqual({ Refused: 1 });
    expect(second.resumed).toBe(0);
    expect(second.p50Ms).toBeLessThan(first.p50Ms);

    using events = openEvents(join(folder, report.eventFile));
    const ofTickets = await events.list({ limit: 1_000 });
    expect(ofTickets.filter(({ tags }) => tags["pass"] !== undefined)).toHaveLength(
      first.calls + second.calls,
    );
    expect(await events.dropped()).toBe(0);
  }, 60_000);

  test("the refund agent keeps to its grant, whatever the letters say, and the chat to its window", async () => {
    const { code, stdout } = await runDemo(["--tickets", "1", "--json"]);
    expect(code).toBe(0);
    const { service, eventFile } = JSON.parse(stdout) as RunReport;
    const seen = service.refunds.map(({ shows, approvedBy, tools }) => ({
      shows,
      approvedBy,
      refund: tools.findLast(({ name }) => name === "refund"),
    }));
    const denied = (reason: string) => ({ outcome: "denied", reason });
    expect(seen).toMatchObject([
      { shows: "a small refund", approvedBy: null, refund: { outcome: "done" } },
      { shows: "above the threshold", approvedBy: "the team lead", refund: { outcome: "done" } },
      { shows: "more than the limit", approvedBy: null, refund: denied("more than 50 USD") },
      { shows: "more than is left", refund: denied("more than is left of the order") },
      { shows: "an injection", refund: denied("not this customer's order") },
    ]);
    expect(service.refunds.at(-1)).toMatchObject({ removed: [{ host: "seal.evil.example" }] });
    expect(service.refunds.at(-1)?.answer).not.toContain("p.png");

    const { chat } = service;
    expect(chat.longestInput).toBeLessThanOrEqual(chatWindow);
    expect(chat.summaries).toBeGreaterThanOrEqual(1);
    expect(chat.summarized).toBeGreaterThan(chat.turns / 2);
    expect(chat.inputTokens).toBeLessThan(chat.wholeHistory);
    using events = openEvents(join(folder, eventFile));
    const runs = await events.list({ task: "refund-request", limit: 10 });
    expect(runs.map(({ id }) => id).toSorted()).toEqual(
      service.refunds.map(({ runId }) => runId).toSorted(),
    );
  }, 60_000);

  test("--chat reads a pipe to its end: talk, refunds under the grant, and a history that stays", async () => {
    const said = [
      "Hello!",
      "Refund 12 USD for order 48213",
      "Refund 25 USD for order 48213",
      "Refund 10 USD for order 47992",
    ];
    const first = await runDemo(["--chat"], {}, { input: `${said.join("\n")}\n` });
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain("What can I do for you today?");
    expect(first.stdout).toContain("(refund done) We have paid 12 USD back for order 48213.");
    expect(first.stdout).toMatch(/refund denied: .*there is no terminal/);
    expect(first.stdout).toContain("(refund denied: not this customer's order)");
    expect(first.stdout).toMatch(/Goodbye\.\n$/);
    const second = await runDemo(["--chat"], {}, { input: "Which bulb?\n" });
    expect(second.stdout).toContain("This goes on from 4 turns before.");
  }, 60_000);

  test("on a pipe it prints plain lines, names the skipped lines, and says that the model is a simulator", async () => {
    const { code, stdout } = await runDemo(["--tickets", "4"]);
    expect(code).toBe(0);
    expect(stdout).toContain("The model is a simulator");
    expect(stdout).toContain("line 26  not JSON");
    expect(stdout).toMatch(/sorting +4 of 4, \d/);
    expect(stdout).toContain("npx seam stats --store .seam/demo.db");
    expect(stdout).not.toContain("\r");
    expect(stdout).not.toContain("\u001b");
  });

  test("a reader that has read enough ends it without a complaint", async () => {
    const { code, stderr } = await runDemo(["--tickets", "2"], {}, { readsOnce: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("--quiet leaves the table only", async () => {
    const { stdout } = await runDemo(["--tickets", "2", "--quiet"]);
    expect(stdout.trimStart()).toMatch(/^first pass +second pass/);
  });

  test("--live without a key says which variable to set, and exits with 2", async () => {
    const { code, stdout, stderr } = await runDemo(["--live"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("set ANTHROPIC_API_KEY or OPENAI_API_KEY");
  });

  test("--live runs the same features on the provider that there is a key for", async () => {
    await using provider = await openaiStandIn();
    const { code, stdout } = await runDemo(["--live", "--tickets", "3", "--json"], {
      OPENAI_API_KEY: "sk-test",
      OPENAI_BASE_URL: provider.baseURL,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: "live", tickets: 3, lost: 0, faults: {} });
    expect(provider.models()).toEqual(new Set(["gpt-4.1-mini", "gpt-4.1"]));
  });

  test("an unknown option is named, and the exit code is 2", async () => {
    const { code, stderr } = await runDemo(["--fast"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--fast");
    expect(stderr).not.toContain("at ");
  });
});

async function openaiStandIn() {
  const simulator = await startSimulator();
  return {
    baseURL: simulator.baseURL,
    models: () => new Set(simulator.requests.map(({ model }) => model)),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

describe("the tickets", () => {
  const { tickets, skipped } = readTickets(
    new URL("../../examples/support-desk/tickets.jsonl", import.meta.url),
  );

  test("every line is either a ticket or reported by its number", () => {
    expect(tickets).toHaveLength(80);
    expect(skipped.map(({ line }) => line)).toEqual([9, 26, 40, 45, 52, 66, 73, 87]);
    for (const { reason } of skipped) expect(reason).not.toBe("");
  });
});

describe("what counts as lost", () => {
  const record = {
    category: "refund",
    priority: "high",
    language: "en",
    orderNumber: null,
    summary: "A refund.",
    escalate: true,
    needsReply: true,
  } as const;
  const ticket = { id: "T-1", customer: "A", channel: "chat", text: "refund pls" } as const;
  const whole: Outcome = { ticket, record, note: "Note.", reply: "Reply.", failures: [] };
  const refused = { step: "reply", code: "Refused", message: "no" } as const;

  test.each<[string, boolean, Outcome]>([
    ["everything is there", true, whole],
    [
      "a named error stands for the reply",
      true,
      { ticket, record, note: "N.", failures: [refused] },
    ],
    ["the reply is missing", false, { ticket, record, note: "Note.", failures: [] }],
    ["the note is missing", false, { ticket, record, reply: "Reply.", failures: [] }],
    ["nothing is there", false, { ticket, failures: [] }],
    [
      "the time was up",
      false,
      { ticket, failures: [{ step: "sort", code: "Aborted", message: "time was up" }] },
    ],
  ])("%s", (_name, isFine, outcome) => {
    expect(isAccountedFor(outcome)).toBe(isFine);
  });
});
