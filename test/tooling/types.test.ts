import { afterEach, expect, test } from "vitest";
import { runTool } from "../../scripts/tool.ts";
import { type PlantedProject, plant } from "./planted.ts";

const work = "export async function work(): Promise<number> {\n  return 1;\n}\n";

let project: PlantedProject | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

async function run(
  files: Record<string, string>,
  tool: string,
  ...args: string[]
): Promise<string> {
  project = await plant(files);
  return (await runTool(tool, args, { cwd: project.folder })).output;
}

test("oxlint knows types: a floating promise from another file is an error", async () => {
  const output = await run(
    {
      "src/work.ts": work,
      "src/floating.ts": `import { work } from "./work.ts";\nexport function start(): void {\n  work();\n}\n`,
      "src/misused.ts": `import { work } from "./work.ts";\n[1].forEach(async () => {\n  await work();\n});\n`,
      "src/needless.ts": `export const two: number = await Promise.resolve(2);\nawait two;\n`,
    },
    "oxlint",
    "--format=unix",
    "src",
  );
  expect(output).toMatch(/src\/floating\.ts:3:3: .*no-floating-promises/);
  expect(output).toMatch(/src\/misused\.ts:2:\d+: .*no-misused-promises/);
  expect(output).toMatch(/src\/needless\.ts:2:\d+: .*await-thenable/);
  expect(output).not.toMatch(/src\/work\.ts:/);
});

test("tsc looks at every folder that holds our code, with the strict options on", async () => {
  const unchecked = "export const first = (list: number[]): number => list[0];\n";
  const folders = ["src", "test", "bench", "examples/planted", "scripts"];
  const files = Object.fromEntries(folders.map((folder) => [`${folder}/planted.ts`, unchecked]));
  const output = await run(files, "tsc", "-p", "tsconfig.json", "--pretty", "false");
  for (const file of Object.keys(files)) expect(output).toContain(`${file}(1,50): error TS2322`);
});

test("knip finds the file, the export and the dependency that nobody uses", async () => {
  const output = await run(
    {
      "src/index.ts": `export { used } from "./used.ts";\n`,
      "src/used.ts": "export const used = 1;\nexport const lonely = 2;\n",
      "src/orphan.ts": "export const orphan = 1;\n",
    },
    "knip",
    "--no-progress",
    "--no-config-hints",
  );
  expect(output).toMatch(/Unused files.*src\/orphan\.ts/s);
  expect(output).toMatch(/Unused exports.*lonely +src\/used\.ts/s);
  expect(output).toMatch(/Unused dependencies.*kysely +package\.json/s);
  expect(output).not.toMatch(/\bused +src\/used\.ts/);
});
