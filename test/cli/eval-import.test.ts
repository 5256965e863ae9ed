import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Simulator, startSimulator } from "llm-seam/simulator";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { root, runTool } from "../../scripts/tool.ts";
import type { TrialRecord } from "../../src/evals/run/records.ts";
import { runSuite } from "../../src/evals/run/run-suite.ts";
import { loadSuites } from "../../src/evals/suite/load.ts";
import { makeProject, type Project } from "./project.testkit.ts";
import { type RunResult, runSeam } from "./run-seam.testkit.ts";

let simulator: Simulator;
let project: Project;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
beforeEach(async () => {
  project = await makeProject();
  await project.write(
    "seam.config.ts",
    `import { defineConfig } from "llm-seam";
const simulated = { baseURL: ${JSON.stringify(simulator.baseURL)}, apiKey: "test-key", taskHeader: "x-seam-task" };
export default defineConfig({
  store: false,
  providers: { anthropic: simulated },
  tasks: {
    capitals: { model: "anthropic/claude-haiku-4-5" },
    judge: { model: "anthropic/claude-haiku-4-5" },
  },
});`,
  );
});
afterEach(() => project.remove());

const seam = (...words: string[]): Promise<RunResult> =>
  runSeam(["eval", "import", ...words], { cwd: project.folder });
const read = (name: string): Promise<string> => readFile(join(project.folder, name), "utf8");

/** What TypeScript has against the project. */
async function typeFaults(): Promise<string> {
  const settings = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { rootDir: "/", paths: {} },
    include: ["*.ts", "evals"],
  };
  await project.write("tsconfig.json", JSON.stringify(settings));
  return (await runTool("tsc", ["-p", project.folder], { cwd: project.folder })).output;
}

async function rowsOf(file: string): Promise<TrialRecord[]> {
  const path = join(project.folder, file);
  const rows: TrialRecord[] = [];
  for (const { suite } of await loadSuites([path])) {
    await runSuite(suite, {
      run: "run",
      folder: join(path, ".."),
      cache: "off",
      signal: AbortSignal.timeout(30_000),
      onRow: (row) => {
        rows.push(row);
      },
    });
  }
  return rows;
}

const config = `
description: Capitals, and \`what\` becomes of \${them}
prompts:
  - "Name the capital of {{country}}. Use no \`ticks\`, no \${holes}, no \\\\n."
  - file://chat.json
  - "{% for c in countries %}{{c}}{% endfor %}"
  - file://make_prompt.py
providers: [openai:gpt-5-mini]
defaultTest:
  assert:
    - type: not-contains
      value: As an AI
assertionTemplates:
  short:
    type: word-count
    value: { max: 10 }
tests:
  - description: the easy one
    vars: { country: France }
    metadata: { level: 1 }
    assert:
      - { type: equals, value: Paris }
      - $ref: "#/assertionTemplates/short"
      - { type: llm-rubric, value: "Names the capital of {{country}}." }
      - { type: javascript, value: output.length < 10 }
  - vars: { country: [Italy, Spain] }
    options: { transform: output.trim() }
    assert:
      - { type: contains, value: "{{country}}", metric: names }
      - { type: factuality, value: It is. }
      - { type: regex, value: "(" }
      - type: assert-set
        threshold: 0.5
        assert:
          - { type: icontains-any, value: "rome, madrid" }
          - { type: latency, threshold: 10000 }
  - file://tests.csv
  - file://../outside.yaml
`;

const csv = `country,__expected,__expected2,__metric,__metadata:region,__surprise
Japan,contains:Tokyo,"python: len(output) < 9",asian,asia,x
Kenya,Nairobi,,,africa,
`;

async function writeConfig(): Promise<void> {
  await project.write("promptfooconfig.yaml", config);
  await project.write("tests.csv", csv);
  await project.write(
    "chat.json",
    JSON.stringify([
      { role: "system", content: "You know {{country}}." },
      { role: "user", content: "Its capital?" },
    ]),
  );
}

test("what is imported fits its types, runs against a provider, and scores by its own assertions", async () => {
  await writeConfig();
  const { code, stdout } = await seam(
    "promptfooconfig.yaml",
    "--out",
    "evals",
    "--name",
    "capitals",
  );
  expect(stdout).toContain("wrote evals/capitals.eval.ts");
  expect(code).toBe(0);
  expect(await typeFaults()).toBe("");
  simulator.script({
    replies: [
      {
        match: { task: "judge" },
        reply: { type: "json", value: { reasoning: "It is.", verdict: "pass" } },
      },
      { reply: "Paris" },
    ],
  });
  const rows = await rowsOf("evals/capitals.eval.ts");
  // Two prompts, each with five cases.
  expect(rows).toHaveLength(10);
  expect(rows.filter(({ error }) => error !== null)).toEqual([]);
  const france = rows.find(({ input }) => (input as { country: string }).country === "France");
  expect(france?.metadata).toEqual({ level: 1, description: "the easy one" });
  expect(france?.scores).toMatchObject({ assertions: { score: 1 }, "llm-rubric": { score: 1 } });
  const italy = rows.find(({ input }) => (input as { country: string }).country === "Italy");
  expect(italy?.scores["names"]).toMatchObject({ score: 0 });
  // It is not-contains and assert-set, of which one half is enough.
  expect(italy?.scores["assertions"]).toMatchObject({ score: 1 });
  const kenya = rows.find(({ input }) => (input as { country: string }).country === "Kenya");
  expect(kenya?.scores["assertions"]).toMatchObject({
    score: 0.5,
    reason: expect.stringContaining("equals does not hold"),
  });
}, 60_000);

test("prompts become templates that say the same, whatever is in them", async () => {
  await writeConfig();
  await seam("promptfooconfig.yaml", "--name", "capitals");
  simulator.script({ replies: [{ reply: "Paris" }] });
  await rowsOf("capitals.eval.ts");
  const bodies = simulator.requests.map(({ body }) => JSON.stringify(body));
  expect(
    bodies.some((body) =>
      body.includes(
        JSON.stringify("Name the capital of Japan. Use no `ticks`, no \u0024{holes}, no \\n."),
      ),
    ),
  ).toBe(true);
  expect(
    bodies.some((body) => body.includes("You know Japan.") && body.includes("Its capital?")),
  ).toBe(true);
}, 60_000);

test("what cannot be carried over is named with its place, in the terminal and in the file", async () => {
  await writeConfig();
  const { code, stderr } = await seam("promptfooconfig.yaml", "--name", "capitals", "--strict");
  expect(code).toBe(1);
  const file = await read("capitals.eval.ts");
  for (const said of [
    'promptfooconfig.yaml: "providers" is not carried over',
    "promptfooconfig.yaml, prompt 3: it is not carried over: {% for c in countries %} is more than a variable",
    "promptfooconfig.yaml, prompt 4: it is not carried over: file://make_prompt.py is code, or no text",
    "promptfooconfig.yaml, test 1, assertion 4: javascript is not carried over",
    'promptfooconfig.yaml, test 2: "options" is not carried over',
    "promptfooconfig.yaml, test 2, assertion 2: factuality is not carried over",
    "promptfooconfig.yaml, test 2, assertion 3: regex is not carried over: Invalid regular expression",
    "tests.csv, line 2, assertion 2: python is not carried over",
    'tests.csv, line 2: the column "__surprise" is not carried over',
    'the tests of "../outside.yaml" are not carried over',
  ]) {
    expect(stderr).toContain(said);
    expect(file).toContain(said);
  }
  // Nothing is said of what was carried over whole.
  expect(stderr).not.toContain("line 3");
});

test("what holds something else than is read is named, too", async () => {
  await project.write(
    "odd.yaml",
    JSON.stringify({
      prompts: ["prompts/*.txt", { raw: "Say {{x}}", config: { temperature: 1 } }],
      defaultTest: [],
      evaluateOptions: { repeat: 200, maxConcurrency: "4" },
      scenarios: [
        { description: "often", config: [{ vars: { x: 1 } }], tests: [{ vars: "x.yaml" }] },
      ],
      tests: [
        {
          vars: "vars/*.yaml",
          threshold: "0.5",
          assert: [
            { type: "contains", value: "a", metric: ["m"] },
            { type: "assert-set", assert: [{ type: "contains", value: "a", metric: "inner" }] },
          ],
        },
      ],
    }),
  );
  const { stderr } = await seam("odd.yaml");
  for (const said of [
    "odd.yaml, prompt 1: it is not carried over: there is no file prompts/*.txt",
    'odd.yaml, prompt 2: "config" is not carried over',
    "odd.yaml: `defaultTest` is no object",
    'odd.yaml, evaluateOptions: "repeat" is not carried over',
    'odd.yaml, evaluateOptions: "maxConcurrency" is not carried over',
    'odd.yaml, scenario 1: "description" is not carried over',
    'odd.yaml, scenario 1, test 1, data 1: "vars" is not carried over: "x.yaml"',
    'odd.yaml, test 1: "vars" is not carried over: "vars/*.yaml"',
    'odd.yaml, test 1: "threshold" is not carried over: "0.5"',
    "odd.yaml, test 1, assertion 1: contains is not carried over: its `metric` is no text",
    'odd.yaml, test 1, assertion 2: the metric "inner" within assert-set is not carried over',
  ]) {
    expect(stderr).toContain(said);
  }
});

test("files are named from the folder of the config, also in a file of tests; of texts the ends are cut", async () => {
  await project.write("about.txt", "about France\n");
  await project.write(
    "tests/more.yaml",
    "- vars: { text: file://about.txt }\n  assert: [{ type: icontains-any, value: '\"a, b\", c' }]",
  );
  await project.write(
    "cells.csv",
    'x,__expected,__expected2\n1,"contains-all:a, b",similar:Paris\n',
  );
  await project.write("files.yaml", "tests: [file://tests/more.yaml, file://cells.csv]");
  expect((await seam("files.yaml")).stderr).not.toContain("no file");
  const cases = (await read("files.cases.jsonl"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(cases).toMatchObject([
    { input: { text: "about France" }, expected: { assert: [{ value: ["a, b", "c"] }] } },
    { expected: { assert: [{ value: ["a", "b"] }, { type: "similar", threshold: 0.8 }] } },
  ]);
});

test("a suite without any assertion can be run: it scores nothing, and the import says so", async () => {
  await project.write(
    "bare.yaml",
    "prompts: ['Hi {{x}}']\ntests: [{ vars: { x: 1 }, assert: [{ type: javascript, value: 'true' }] }]",
  );
  const { stderr } = await seam("bare.yaml", "--task", "capitals");
  expect(stderr).toContain("no assertion could be carried over: write a scorer");
  const [row] = await rowsOf("bare.eval.ts");
  expect(row?.scores["assertions"]).toMatchObject({ score: null });
}, 60_000);

test("nothing in a config becomes code, and no name leads out of the folder", async () => {
  const evil = 'x\n*/ throw new Error("ran");\u2028throw new Error("ran") //';
  await project.write(
    "evil.yaml",
    JSON.stringify({
      description: evil,
      prompts: [
        "`\u0024{(() => { throw new Error('ran') })()} \\` {{ a-b }}",
        "{{__proto__}}",
        { raw: "say {{x}}", label: evil },
      ],
      [evil]: 1,
      tests: [
        {
          vars: { "a-b": "\u0024{1}", __proto__x: "`" },
          assert: [{ type: "contains", value: "x", metric: '"]})' }],
        },
      ],
    }),
  );
  const { code, stderr } = await seam("evil.yaml", "--task", "capitals");
  expect(code).toBe(0);
  expect(stderr).toContain("{{__proto__}} is more than a variable");
  expect(await typeFaults()).toBe("");
  simulator.script({ replies: [{ reply: "x" }] });
  const rows = await rowsOf("evil.eval.ts");
  expect(rows.map(({ error }) => error)).toEqual([null, null]);
  const outside = await seam("evil.yaml", "--name", "../evil");
  expect(outside).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot be the name") });
}, 60_000);

test("files that are there are kept, unless it is told to overwrite them", async () => {
  await project.write("tests.csv", csv);
  expect((await seam("tests.csv", "--name", "capitals")).code).toBe(0);
  const again = await seam("tests.csv", "--name", "capitals");
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("Nothing was written") });
  expect((await seam("tests.csv", "--name", "capitals", "--force")).code).toBe(0);
  const broken = await seam("nothing.yaml");
  expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot be imported") });
});
