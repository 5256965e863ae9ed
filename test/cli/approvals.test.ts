import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Troubles } from "../../src/call/troubles.ts";
import { type Approvals, approvalsIn } from "../../src/patterns/agent/approvals/approvals.ts";
import { hashOfCall } from "../../src/patterns/agent/gate/call-hash.ts";
import { openSqliteStore, type SqliteStore } from "../../src/stores/sqlite/store.ts";
import { requestOf, runOf } from "../state/run-stores.ts";
import { ended, jsonLines, runSeam, startSeam } from "./run-seam.testkit.ts";

let folder: string;
let file: string;
let store: SqliteStore;
let approvals: Approvals;

const input = { orderId: "A-1\u001b[2J\u202e", amount: 20 };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-cli-approvals-"));
  file = join(folder, "seam.db");
  store = openSqliteStore(file, new Troubles(), { retentionMs: false });
  approvals = approvalsIn(store.runs);
  const asked = { input: JSON.stringify(input), inputHash: hashOfCall("refund", input) };
  const now = Date.now();
  await store.runs.pause(
    runOf(),
    [
      requestOf({ id: "aa11", ...asked, createdAt: now }),
      requestOf({ id: "aa22", ...asked, createdAt: now + 1 }),
    ],
    null,
  );
  await store.runs.pause(
    runOf({ id: "run-2", task: "orders" }),
    [requestOf({ id: "bb11", runId: "run-2", task: "orders", ...asked, expiresAt: now })],
    null,
  );
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const seam = (...args: string[]) => runSeam(["approvals", ...args, "--store", file]);

async function statuses(): Promise<Record<string, string>> {
  const all = await approvals.list({ all: true });
  return Object.fromEntries(all.map(({ id, status }) => [id, status]));
}
const untouched = { aa11: "waiting", aa22: "waiting", bb11: "expired" };

describe("the list", () => {
  test("has what waits, the newest first, and obeys no character of it", async () => {
    const { code, stdout } = await seam();
    expect(code).toBe(0);
    const [head, ...rows] = stdout.trim().split("\n");
    expect(head).toMatch(/^ID +TASK +TOOL +EFFECT +ARGUMENTS +REASON +STATUS$/);
    expect(rows.map((row) => row.slice(0, 4))).toEqual(["aa22", "aa11"]);
    expect(rows[0]).toContain('{"orderId":"A-1\\u001b[2J\\u202e","amount":20}');
    expect(rows[0]).toMatch(/it cannot be undone +expires in (1 d|23 h 59 m)$/);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toContain("\u202e");
  });

  test("--all, --task and --run choose, --json has everything", async () => {
    const { stdout } = await seam("--all", "--json");
    expect(jsonLines(stdout)).toHaveLength(3);
    expect(jsonLines(stdout)[1]).toMatchObject({
      id: "aa22",
      runId: "run-1",
      input,
      inputHash: hashOfCall("refund", input),
      status: "waiting",
      decision: null,
    });
    const ids = async (...args: string[]) =>
      jsonLines((await seam("--json", ...args)).stdout).map(({ id }) => id);
    expect(await ids("--task", "orders")).toEqual([]);
    expect(await ids("--task", "orders", "--all")).toEqual(["bb11"]);
    expect(await ids("--run", "run-1")).toEqual(["aa22", "aa11"]);
  });

  test("says when nothing waits", async () => {
    const { code, stdout, stderr } = await seam("--run", "run-9");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("Nothing waits for approval.");
  });

  test("cuts long arguments visibly", async () => {
    const long = requestOf({ id: "cc", runId: "run-3", input: JSON.stringify("x".repeat(500)) });
    await store.runs.pause(runOf({ id: "run-3" }), [long], null);
    expect((await seam("--run", "run-3")).stdout).toMatch(/x… \(502 characters\)/);
  });
});

describe("show", () => {
  test("has every character of the arguments, also by the beginning of the id", async () => {
    const { code, stdout } = await seam("show", "aa1");
    expect(code).toBe(0);
    expect(stdout).toContain("Approval aa11");
    expect(stdout).toContain(`hash     ${hashOfCall("refund", input)}`);
    expect(stdout).toContain('      "orderId": "A-1\\u001b[2J\\u202e",\n      "amount": 20\n');
    expect(jsonLines((await seam("show", "aa1", "--json")).stdout)).toMatchObject([{ input }]);
  });

  test("an id of none, or of several, is an error", async () => {
    const none = await seam("show", "zz");
    expect(none).toMatchObject({ code: 1, stdout: "" });
    expect(none.stderr).toMatch(/No approval in .* has the id "zz".*seam approvals --all/s);
    const several = await seam("show", "aa");
    expect(several).toMatchObject({ code: 1, stdout: "" });
    expect(several.stderr).toContain('2 approvals begin with "aa"');
  });
});

describe("approve", () => {
  test("--yes approves, and tells what still waits", async () => {
    const { code, stdout, stderr } = await seam("approve", "aa11", "--yes", "--note", "asked");
    expect(code).toBe(0);
    const { username } = userInfo();
    expect(stdout).toBe(`refund of run run-1: approved by ${username}.\n`);
    expect(stderr).toContain("The run waits for 1 more approval.");
    expect(await approvals.list({ id: "aa11", all: true })).toMatchObject([
      { status: "approved", decision: { by: username, note: "asked" } },
    ]);
    const last = await seam("approve", "aa22", "--yes", "--by", "ada", "--json");
    expect(jsonLines(last.stdout)).toMatchObject([{ id: "aa22", decision: { by: "ada" } }]);
  });

  test("an empty id means none, not the only one", async () => {
    await approvals.deny("aa11", { by: "ada" });
    await approvals.deny("aa22", { by: "ada" });
    await store.runs.pause(
      runOf({ id: "run-3" }),
      [requestOf({ id: "cc11", runId: "run-3", inputHash: hashOfCall("refund", {}), input: "{}" })],
      null,
    );
    const { code, stderr } = await seam("approve", "", "--yes");
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is empty"),
    });
    expect(await statuses()).toMatchObject({ cc11: "waiting" });
  });

  test("without a terminal and --yes, nothing is decided", async () => {
    const { code, stderr } = await seam("approve", "aa11");
    expect(code).toBe(1);
    expect(stderr).toMatch(/Nobody can be asked.*seam approvals show.*--yes/s);
    expect(await statuses()).toEqual(untouched);
  });

  test("what was decided before, or has expired, is an error that says so", async () => {
    await approvals.deny("aa11", { by: "bob" });
    const decided = await seam("approve", "aa11", "--yes");
    expect(decided.code).toBe(1);
    expect(decided.stderr).toMatch(/Approval aa11 was denied before, by bob at 20/);
    const expired = await seam("approve", "bb11", "--yes");
    expect(expired.code).toBe(1);
    expect(expired.stderr).toContain("Approval bb11 has expired");
  });

  /** A command that takes its pipes for a terminal. */
  const inTerminal = () =>
    startSeam(["approvals", "approve", "aa11", "--store", file, "--by", "ada"], {
      env: {
        NODE_OPTIONS:
          "--import=data:text/javascript,process.stdin.isTTY=true;process.stderr.isTTY=true",
      },
    });

  test.each([
    ["y\n", 0, "approved"],
    ["n\n", 1, "waiting"],
    ["\n", 1, "waiting"],
    ["", 1, "waiting"],
  ])("in a terminal it shows the arguments and asks: %j", async (typed, code, status) => {
    const child = inTerminal();
    const asked = new Promise<string>((resolve) => {
      let text = "";
      child.stderr.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("[y/N]")) resolve(text);
      });
    });
    const result = ended(child);
    expect(await asked).toContain('"orderId": "A-1\\u001b[2J\\u202e"');
    child.stdin.end(typed);
    expect((await result).code).toBe(code);
    expect((await statuses())["aa11"]).toBe(status);
  });
});

test("deny refuses with a note that the model is told", async () => {
  const { code, stdout } = await seam("deny", "aa11", "--by", "ada", "--note", "never paid");
  expect({ code, stdout }).toEqual({ code: 0, stdout: "refund of run run-1: denied by ada.\n" });
  expect(await approvals.list({ id: "aa11", all: true })).toMatchObject([
    { status: "denied", decision: { by: "ada", note: "never paid" } },
  ]);
});

test("a file that is not there is not made, and a note too long is refused", async () => {
  const missing = await runSeam(["approvals", "--store", join(folder, "none.db")]);
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("no event store") });
  const long = await seam("deny", "aa11", "--note", "n".repeat(3_000));
  expect(long).toMatchObject({ code: 1, stderr: expect.stringContaining("`note` must be") });
  expect(await statuses()).toEqual(untouched);
});

test("doctor says how many wait, and since when", async () => {
  const config = join(folder, "seam.config.mjs");
  const task = { model: "ollama/a" };
  const providers = { ollama: { baseURL: "http://127.0.0.1:9/v1" } };
  await writeFile(
    config,
    `export default ${JSON.stringify({ store: "seam.db", providers, tasks: { task } })}`,
  );
  const findings = async () =>
    jsonLines((await runSeam(["doctor", "--config", config, "--json"])).stdout);
  const check = "approvals";
  const detail = expect.stringMatching(/^2 approvals wait, the oldest for .*: `seam approvals`$/);
  expect(await findings()).toContainEqual({ status: "ok", check, detail, advice: null });
  await approvals.deny("aa11", { by: "ada" });
  await approvals.deny("aa22", { by: "ada" });
  expect(await findings()).not.toContainEqual(expect.objectContaining({ check }));
});
