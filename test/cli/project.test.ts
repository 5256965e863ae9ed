import { existsSync } from "node:fs";
import { mkdir, readFile, truncate } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startSimulator } from "llm-seam/simulator";
import { afterEach, describe, expect, test } from "vitest";
import { runTool } from "../../scripts/tool.ts";
import { makeProject, type Project } from "./project.testkit.ts";
import { ended, jsonLines, runNode, runSeam, startSeam, written } from "./run-seam.testkit.ts";

const key = "sk-ant-hidden-from-all-eyes";
let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

async function open(
  files: Readonly<Record<string, string>> = {},
  manifest?: object,
): Promise<Project> {
  project = await makeProject(manifest);
  for (const [name, text] of Object.entries(files)) await project.write(name, text);
  return project;
}

async function withSimulator<T>(work: (baseURL: string) => Promise<T>): Promise<T> {
  const simulator = await startSimulator();
  try {
    return await work(simulator.baseURL);
  } finally {
    await simulator.close();
  }
}

function configOf(baseURL: string, more = ""): string {
  return `import { defineConfig } from "llm-seam";
export default defineConfig({
  providers: { anthropic: { baseURL: ${JSON.stringify(baseURL)} } },
  tasks: { greet: { model: "anthropic/claude-haiku-4-5" } },
  ${more}
});`;
}

/** A misspelt task: shows that the types of the config reach feature code. */
function wrongTask(ending: string): string {
  return `import { createSeam } from "llm-seam";
import config from "../seam.config.${ending}";
export const answer = createSeam(config).complete("sumarize", { prompt: "" });
`;
}

describe("seam init", () => {
  test.each([
    ["ts", { type: "module" }],
    ["mts", {}],
  ])(
    "writes .%s files that type-check, run, and are then seen by calls and doctor",
    async (ending, manifest) => {
      const { folder, write } = await open({}, manifest);
      const init = await runSeam(["init"], { cwd: folder, env: { ANTHROPIC_API_KEY: key } });
      expect(init).toMatchObject({ code: 0, stderr: "" });
      expect(init.stdout).toContain(`node src/summarize.${ending}`);
      expect(await readFile(join(folder, `seam.config.${ending}`), "utf8")).not.toContain(key);

      const compilerOptions = {
        strict: true,
        module: "nodenext",
        target: "es2023",
        lib: ["es2024", "esnext.disposable"],
        types: ["node"],
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        erasableSyntaxOnly: true,
      };
      const include = [`src/*.${ending}`, `*.${ending}`];
      await write("tsconfig.json", JSON.stringify({ compilerOptions, include }));
      await write(`src/wrong.${ending}`, wrongTask(ending));
      const { output } = await runTool("tsc", ["-p", ".", "--pretty", "false"], { cwd: folder });
      const own = output.split("\n").filter((line) => /^(?:src|seam)/.test(line));
      expect(own).toEqual([expect.stringMatching(/^src\/wrong.*'"sumarize"' is not assignable/)]);

      await withSimulator(async (ANTHROPIC_BASE_URL) => {
        const env = { ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY: key };
        const task = await runNode([`src/summarize.${ending}`], { cwd: folder, env });
        expect(task.stdout).toContain("simulated");
        expect(task.code).toBe(0);
        const calls = await runSeam(["calls", "--json"], { cwd: join(folder, "src"), env });
        expect(jsonLines(calls.stdout)).toMatchObject([{ task: "summarize", errorCode: null }]);
        expect(await runSeam(["doctor"], { cwd: folder, env })).toMatchObject({ code: 0 });
      });
    },
  );

  test("names the model whose key is there", async () => {
    const { folder } = await open();
    const { stdout } = await runSeam(["init"], { cwd: folder, env: { OPENAI_API_KEY: key } });
    expect(stdout).toContain("npm install llm-seam @ai-sdk/openai");
    expect(await readFile(join(folder, "seam.config.ts"), "utf8")).toContain('"openai/gpt-5-mini"');
  });

  test("overwrites nothing, unless it is told to", async () => {
    const { folder } = await open({ "seam.config.mjs": "export default { tasks: {} };" });
    const refused = await runSeam(["init"], { cwd: folder });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/already seam\.config\.mjs.*Nothing was written.*--force/);
    expect(existsSync(join(folder, "seam.config.ts"))).toBe(false);
    expect((await runSeam(["init", "--force"], { cwd: folder })).code).toBe(0);
  });
});

describe("the config", () => {
  test("is found from a folder below; its store counts from its own folder", async () => {
    const { folder } = await open({
      "seam.config.ts": configOf("http://127.0.0.1:9/v1", 'store: "kept/events.db",'),
    });
    await mkdir(join(folder, "a/b"), { recursive: true });
    const { code, stderr } = await runSeam(["calls"], { cwd: join(folder, "a/b") });
    expect(code).toBe(1);
    expect(stderr).toContain(`no event store at ${join(folder, "kept/events.db")}`);
  });

  test.each<[what: string, text: string, complaint: RegExp]>([
    ["does not parse", "export default {", /seam\.config\.ts cannot be imported: .*Mend the file/s],
    ["imports what is not there", 'import "nowhere";', /cannot be imported: .*nowhere.*Install/s],
    [
      "uses an enum",
      "enum A { B }\nexport default { tasks: {} };",
      /cannot be imported: .*avoid enums/s,
    ],
    ["exports nothing", "export const a = 1;", /exports no config.*defineConfig/],
    [
      "keeps no events",
      "export default { store: false, tasks: {} };",
      /keeps no events on disk.*--store/,
    ],
  ])("that %s is refused in words, not with a stack", async (_, text, complaint) => {
    const { folder } = await open({ "seam.config.ts": text });
    const { code, stdout, stderr } = await runSeam(["calls"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(complaint);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe("seam doctor", () => {
  const doctor = async (
    cwd: string,
    env: Readonly<Record<string, string>> = {},
    ...more: string[]
  ) => {
    const { code, stdout, stderr } = await runSeam(["doctor", "--json", ...more], { cwd, env });
    const byCheck = new Map(jsonLines(stdout).map((finding) => [finding["check"], finding]));
    return { code, stdout, stderr, byCheck };
  };

  test("all is well: exit code 0, also after a real call, and the key is nowhere", async () => {
    await withSimulator(async (baseURL) => {
      const { folder } = await open({ "seam.config.ts": configOf(baseURL) });
      const { code, stdout, byCheck } = await doctor(folder, { ANTHROPIC_API_KEY: key }, "--live");
      const statuses = [...byCheck].map(([check, { status }]) => `${check} ${status}`);
      expect(statuses).toEqual([
        "node ok",
        "config ok",
        "retries ok",
        "package anthropic ok",
        "key anthropic ok",
        "reach anthropic ok",
        "prices ok",
        "call anthropic/claude-haiku-4-5 ok",
        "store ok",
      ]);
      expect(code).toBe(0);
      expect(stdout).not.toContain(key);
      expect(existsSync(join(folder, ".seam"))).toBe(false);
    });
  });

  test("no config: it says to make one", async () => {
    const { folder } = await open();
    const { code, stdout } = await runSeam(["doctor"], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAIL {2}config: no seam\.config\.ts.*\n +Run `seam init`/);
    expect(stdout).toContain("One thing is broken.");
  });

  test("a wrong config: every fault with its path", async () => {
    const text = 'export default { tasks: { a: { model: "gpt", deadline: "soon" } } };';
    const { folder } = await open({ "seam.config.ts": text });
    const { code, byCheck } = await doctor(folder);
    expect(code).toBe(1);
    expect(byCheck.get("config")).toMatchObject({
      status: "fail",
      detail: expect.stringMatching(/tasks\.a\.deadline: .*tasks\.a\.model: /s),
    });
  });

  test("a missing key, a server that is not there, a price that nobody knows", async () => {
    const text = `export default {
      providers: { anthropic: { baseURL: "http://127.0.0.1:${await closedPort()}/v1" } },
      tasks: {
        a: { model: "anthropic/claude-future-9", canary: { share: 0.1, model: "anthropic/next-10" } },
      },
    };`;
    const { folder } = await open({ "seam.config.ts": text });
    const { code, byCheck } = await doctor(folder);
    expect(code).toBe(1);
    expect(byCheck.get("key anthropic")).toMatchObject({
      status: "fail",
      advice: expect.stringContaining("ANTHROPIC_API_KEY"),
    });
    expect(byCheck.get("reach anthropic")).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("ECONNREFUSED"),
    });
    expect(byCheck.get("prices")).toMatchObject({
      status: "warn",
      detail: expect.stringContaining("anthropic/claude-future-9, anthropic/next-10"),
    });
  });

  test("a store that is no database, and one that had to drop events", async () => {
    await withSimulator(async (baseURL) => {
      const { folder, write } = await open({
        "seam.config.ts": configOf(baseURL, 'store: "seam.db",'),
      });
      const env = { ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_API_KEY: key };
      await write("seam.db", "no database, but notes of some length ".repeat(50));
      const broken = await doctor(folder, env);
      expect(broken.code).toBe(1);
      expect(broken.byCheck.get("store")).toMatchObject({ status: "fail" });

      await write("seam.db", "");
      await write("call.ts", callOnce);
      expect((await runNode(["call.ts"], { cwd: folder, env })).code).toBe(0);
      const database = new DatabaseSync(join(folder, "seam.db"));
      database.exec("insert into meta (name, value) values ('dropped_events', 3)");
      database.close();
      const dropped = await doctor(folder, env);
      expect(dropped.code).toBe(0);
      expect(dropped.byCheck.get("store")).toMatchObject({
        detail: expect.stringContaining("1 call"),
      });
      expect(dropped.byCheck.get("dropped events")).toMatchObject({
        status: "warn",
        detail: "3 events lost",
      });

      const older = new DatabaseSync(join(folder, "seam.db"));
      older.exec("drop table eval_runs; drop table conversations; drop table runs");
      older.close();
      expect((await doctor(folder, env)).byCheck.get("store")).toMatchObject({
        status: "warn",
        detail: expect.stringContaining("written by an older version"),
        advice: expect.stringContaining("brings the file up to date"),
      });
    });
  });

  test("a large store is worth a word, unless it has a retention", async () => {
    await withSimulator(async (baseURL) => {
      const store = (more = "") => configOf(baseURL, `store: "seam.db", ${more}`);
      const { folder, write } = await open({ "seam.config.ts": store() });
      const env = { ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_API_KEY: key };
      await write("call.ts", callOnce);
      expect((await runNode(["call.ts"], { cwd: folder, env })).code).toBe(0);
      expect((await doctor(folder, env)).byCheck.has("store size")).toBe(false);
      await truncate(join(folder, "seam.db"), 1_200_000_000);
      const large = await doctor(folder, env);
      expect(large.byCheck.get("store size")).toMatchObject({
        status: "warn",
        detail: expect.stringContaining("1.2 GB"),
        advice: expect.stringContaining("retention"),
      });
      await write("seam.config.ts", store('retention: "30d",'));
      expect((await doctor(folder, env)).byCheck.has("store size")).toBe(false);
    });
  });

  test("--live: the model's own error is the finding", async () => {
    const simulator = await startSimulator({ faults: ["none", "status-401"] });
    const { folder } = await open({ "seam.config.ts": configOf(simulator.baseURL) });
    simulator.play({ sequence: ["status-401"], afterwards: "status-401" });
    const { code, byCheck, stdout } = await doctor(folder, { ANTHROPIC_API_KEY: key }, "--live");
    await simulator.close();
    expect(code).toBe(1);
    expect(byCheck.get("call anthropic/claude-haiku-4-5")).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("401"),
    });
    expect(stdout).not.toContain(key);
  });
});

const callOnce = `import { createSeam } from "llm-seam";
import config from "./seam.config.ts";
const seam = createSeam(config);
await seam.complete("greet", { prompt: "Hello" });
await seam.close();
`;

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 9;
}

describe("seam simulate", () => {
  test("serves its script and faults until it is stopped, then says what it did", async () => {
    const script = { replies: [{ match: { prompt: { regex: "hel+o" } }, reply: "Hello to you." }] };
    const { folder } = await open({ "replies.json": JSON.stringify(script) });
    const child = startSeam(
      [
        ...["simulate", "--port", "0", "--script", "replies.json", "--fault", "status-529"],
        ...["--rpm", "2", "--tpm", "1000"],
      ],
      { cwd: folder },
    );
    const end = ended(child);
    const greeting = await written(child, /OPENAI_API_KEY=simulated\n/);
    const baseURL = /ANTHROPIC_BASE_URL=(\S+)/.exec(greeting)?.[1] ?? "";
    const ask = () =>
      fetch(`${baseURL}/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] }),
      });
    expect((await ask()).status).toBe(529);
    expect(await (await ask()).text()).toContain("Hello to you.");
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-limit-tokens")).toBe("1000");
    child.kill("SIGTERM");
    const { code, stdout, stderr } = await end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^requests +3$/m);
    expect(stdout).toMatch(/^ {2}fault status-529 +1$/m);
  });

  test("a port that is taken and a script that is wrong are said in words", async () => {
    const { folder } = await open({ "replies.json": '{ "replies": [{ "reply": 7 }] }' });
    const broken = await runSeam(["simulate", "--script", "replies.json"], { cwd: folder });
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining("replies[0].reply") });
    await withSimulator(async (baseURL) => {
      const { port } = new URL(baseURL);
      const taken = await runSeam(["simulate", "--port", port]);
      expect(taken).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/Port \d+ is taken.*--port 0/),
      });
    });
  });

  test("--list-faults names every fault", async () => {
    const { stdout } = await runSeam(["simulate", "--list-faults"]);
    expect(stdout).toMatch(/^json-fences +A JSON answer/m);
    expect(stdout).toContain("status-N");
  });
});
