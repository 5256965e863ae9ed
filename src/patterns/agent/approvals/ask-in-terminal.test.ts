import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import type { PendingApproval } from "../options.ts";
import { askInTerminal } from "./ask-in-terminal.ts";

const hour = 3_600_000;
const never = new AbortController().signal;

/** A pair of streams that looks like a terminal, and what was written to it. */
function terminal({ isTTY = true }: { readonly isTTY?: boolean } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  const seen = { text: "" };
  output.on("data", (chunk: Buffer) => {
    seen.text += chunk.toString();
  });
  const shown = (text: string) => vi.waitFor(() => expect(seen.text).toContain(text));
  return { input, output, seen, shown };
}

function pending(changes: Partial<PendingApproval> = {}): PendingApproval {
  return {
    id: "approval-1",
    runId: "run-1",
    tool: "refund",
    effect: "irreversible",
    input: { orderId: "A-1", amount: 20 },
    reason: "it cannot be undone",
    expiresAt: new Date(Date.now() + hour),
    ...changes,
  };
}

const question = "Approve exactly this? [y/N]";
const whyNot = "Why not?";

afterEach(() => {
  vi.useRealTimers();
});

test("shows the tool, the reason and the exact arguments, and takes a yes", async () => {
  const { input, output, seen, shown } = terminal();
  const answer = askInTerminal({ input, output, by: "ada" })(pending(), { signal: never });
  await shown(question);
  expect(seen.text).toContain("refund (irreversible) needs approval: it cannot be undone");
  expect(seen.text).toContain('"orderId": "A-1"');
  expect(seen.text).toContain('"amount": 20');
  input.write("y\n");
  expect(await answer).toEqual({ approved: true, by: "ada" });
});

test.each([["n"], [""], ["yesterday"], ["  no"], ["ye"]])("%j is no yes", async (line) => {
  const { input, output, shown } = terminal();
  const answer = askInTerminal({ input, output, by: "ada" })(pending(), { signal: never });
  await shown(question);
  input.write(`${line}\n`);
  await shown(whyNot);
  input.write("not paid\n");
  expect(await answer).toEqual({ approved: false, by: "ada", note: "not paid" });
});

test("a denial needs no reason", async () => {
  const { input, output, shown } = terminal();
  const answer = askInTerminal({ input, output, by: "ada" })(pending(), { signal: never });
  await shown(question);
  input.write("n\n");
  await shown(whyNot);
  input.write("\n");
  expect(await answer).toEqual({ approved: false, by: "ada" });
});

test("what would steer the terminal, or hide, is shown instead", async () => {
  const { input, output, seen, shown } = terminal();
  const evil = "A-1\u001b[2K\u202e\u200b";
  const asked = pending({ input: { orderId: evil }, reason: `for ${evil}` });
  const answer = askInTerminal({ input, output })(asked, { signal: never });
  await shown(question);
  expect(seen.text).toContain('"A-1\\u001b[2K\\u202e\\u200b"');
  expect(seen.text).not.toContain(evil);
  input.end();
  await answer;
});

test("arguments that JSON does not have are not hidden", async () => {
  const { input, output, seen, shown } = terminal();
  const asked = pending({ input: { lines: new Map([["A-1", 20n]]) } });
  const answer = askInTerminal({ input, output })(asked, { signal: never });
  await shown(question);
  expect(seen.text).toMatch(/A-1[\s\S]*bigint[\s\S]*20/);
  input.end();
  await answer;
});

test("what was typed before the question does not answer it", async () => {
  const { input, output, shown } = terminal();
  input.write("y\ny\ny");
  const answer = askInTerminal({ input, output, by: "ada" })(pending(), { signal: never });
  await shown(question);
  input.write("\n");
  await shown(whyNot);
  input.write("\n");
  expect(await answer).toEqual({ approved: false, by: "ada" });
});

test("several are asked for one after another, and one that is aborted leaves the queue", async () => {
  const { input, output, seen, shown } = terminal();
  const approve = askInTerminal({ input, output, by: "ada" });
  const aborted = new AbortController();
  const first = approve(pending({ tool: "first" }), { signal: never });
  const second = approve(pending({ tool: "second" }), { signal: aborted.signal });
  const third = askInTerminal({ input, output, by: "bob" })(pending({ tool: "third" }), {
    signal: never,
  });
  await shown(question);
  aborted.abort(new Error("the run is over"));
  await expect(second).rejects.toThrow("the run is over");
  expect(seen.text).not.toMatch(/second|third/);
  input.write("y\n");
  expect(await first).toEqual({ approved: true, by: "ada" });
  await shown("third (irreversible)");
  await vi.waitFor(() => expect(seen.text.split(question)).toHaveLength(3));
  input.write("y\n");
  expect(await third).toEqual({ approved: true, by: "bob" });
  expect(seen.text).not.toContain("second");
});

test("an abort closes the question, and the terminal is free for the next", async () => {
  const { input, output, seen, shown } = terminal();
  const approve = askInTerminal({ input, output, by: "ada" });
  const run = new AbortController();
  const first = approve(pending(), { signal: run.signal });
  await shown(question);
  run.abort(new Error("out of time"));
  await expect(first).rejects.toThrow("out of time");
  expect(input.isPaused()).toBe(true);
  seen.text = "";
  const next = approve(pending(), { signal: never });
  await shown(question);
  input.write("y\n");
  expect(await next).toEqual({ approved: true, by: "ada" });
  await expect(Promise.resolve(approve(pending(), { signal: run.signal }))).rejects.toThrow(
    "out of time",
  );
});

test("a terminal that is closed denies", async () => {
  const { input, output, shown } = terminal();
  const answer = askInTerminal({ input, output, by: "ada" })(pending(), { signal: never });
  await shown(question);
  input.end();
  const note = "the terminal was closed";
  expect(await answer).toEqual({ approved: false, by: "ada", note });
});

test("a yes after the expiry is none", async () => {
  const { input, output, shown } = terminal();
  const expiresAt = new Date(Date.now() + hour);
  const answer = askInTerminal({ input, output, by: "ada" })(pending({ expiresAt }), {
    signal: never,
  });
  await shown(question);
  vi.useFakeTimers({ toFake: ["Date"], now: expiresAt });
  input.write("y\n");
  const note = "the approval has expired";
  expect(await answer).toEqual({ approved: false, by: "ada", note });
});

test("without a terminal it denies and says why, and reads nothing", async () => {
  const { input, output, seen } = terminal({ isTTY: false });
  input.write("y\n");
  const answer = await askInTerminal({ input, output, by: "ada" })(pending(), { signal: never });
  const note = "nobody can be asked: there is no terminal";
  expect(answer).toEqual({ approved: false, by: "ada", note });
  expect(seen.text).toBe("");
  expect(input.read()).toEqual(Buffer.from("y\n"));
});
