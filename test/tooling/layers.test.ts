import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runTool } from "../../scripts/tool.ts";
import { type PlantedProject, plant } from "./planted.ts";

/** One import a line: the file that holds it, and what it reaches for. */
const forbidden: readonly (readonly [file: string, target: string])[] = [
  ["src/util/up-call.ts", "../call/call.ts"],
  ["src/util/up-errors.ts", "../errors.ts"],
  ["src/errors.ts", "./policies/retry.ts"],
  ["src/call/up-policies.ts", "../policies/retry.ts"],
  ["src/call/up-stores.ts", "../stores/memory/cache.ts"],
  ["src/call/up-seam.ts", "../seam.ts"],
  ["src/call/up-ai.ts", "ai"],
  ["src/call/up-provider.ts", "@ai-sdk/anthropic"],
  ["src/policies/up-stores.ts", "../stores/sqlite/open.ts"],
  ["src/policies/budget/up-stores.ts", "../../stores/sqlite/open.ts"],
  ["src/policies/up-pipeline.ts", "../pipeline.ts"],
  ["src/policies/up-config.ts", "../config/defaults.ts"],
  ["src/policies/up-patterns.ts", "../patterns/complete.ts"],
  ["src/redact/up-config.ts", "../config/types.ts"],
  ["src/redact/up-stores.ts", "../stores/memory/cache.ts"],
  ["src/providers/up-policies.ts", "../policies/retry.ts"],
  ["src/providers/up-config.ts", "../config/types.ts"],
  ["src/stores/up-patterns.ts", "../patterns/complete.ts"],
  ["src/stores/sqlite/up-runtime.ts", "../../runtime.ts"],
  ["src/stores/sqlite/up-cli.ts", "../../cli/main.ts"],
  ["src/policies/up-telemetry.ts", "../telemetry/metrics.ts"],
  ["src/telemetry/up-config.ts", "../config/defaults.ts"],
  ["src/telemetry/up-stores.ts", "../stores/memory/cache.ts"],
  ["src/telemetry/up-provider.ts", "@ai-sdk/openai"],
  ["src/state/up-errors.ts", "../patterns/run-errors.ts"],
  ["src/state/up-stores.ts", "../stores/memory/cache.ts"],
  ["src/patterns/up-ai.ts", "ai"],
  ["src/patterns/extract/up-ai.ts", "ai"],
  ["src/patterns/agent/up-stores.ts", "../../stores/memory/cache.ts"],
  ["src/patterns/up-telemetry.ts", "../telemetry/open-telemetry.ts"],
  ["src/patterns/up-seam.ts", "../seam.ts"],
  ["src/patterns/extract/up-seam.ts", "../../seam.ts"],
  ["src/patterns/extract/up-resolve.ts", "../../config/resolve.ts"],
  ["src/patterns/up-providers.ts", "../providers/load.ts"],
  ["src/patterns/up-stores.ts", "../stores/memory/cache.ts"],
  ["src/patterns/up-simulator.ts", "../simulator/index.ts"],
  ["src/simulator/up-call.ts", "../call/call.ts"],
  ["src/simulator/wire/up-errors.ts", "../../errors.ts"],
  ["src/pipeline.ts", "./patterns/complete.ts"],
  ["src/runtime.ts", "./seam.ts"],
  ["src/config/up-seam.ts", "../seam.ts"],
  ["src/config/up-simulator.ts", "../simulator/index.ts"],
  ["src/prompts/up-stores.ts", "../stores/sqlite/schema.ts"],
  ["src/prompts/up-cli.ts", "../cli/main.ts"],
  ["src/evals/up-cli.ts", "../cli/main.ts"],
  ["src/evals/run/up-stores.ts", "../../stores/sqlite/schema.ts"],
  ["src/evals/up-simulator.ts", "../simulator/index.ts"],
  ["src/seam.ts", "./cli/main.ts"],
  ["src/replay.ts", "./cli/main.ts"],
  ["src/index.ts", "./simulator/index.ts"],
  ["src/events.ts", "./gateway/server.ts"],
  ["src/cli/up-gateway.ts", "../gateway/server.ts"],
  ["examples/planted/main.ts", "../../src/index.ts"],
  ["bench/planted.ts", "../dist/index.js"],
];

/** The same arrows in their allowed direction: none of these may be reported. */
const allowed: readonly (readonly [file: string, target: string])[] = [
  ["src/call/ok-util.ts", "../util/abort.ts"],
  ["src/call/ok-spec.ts", "@ai-sdk/provider"],
  ["src/policies/ok-call.ts", "../call/call.ts"],
  ["src/policies/budget/ok-policy.ts", "../policy.ts"],
  ["src/policies/budget/ok-call.ts", "../../call/call.ts"],
  ["src/policies/ok-errors.ts", "../errors.ts"],
  ["src/redact/ok-call.ts", "../call/event.ts"],
  ["src/providers/ok-call.ts", "../call/target.ts"],
  ["src/stores/sqlite/ok-policies.ts", "../../policies/cache.ts"],
  ["src/stores/sqlite/ok-sibling.ts", "../shared.ts"],
  ["src/state/ok-call.ts", "../call/tool-record.ts"],
  ["src/stores/sqlite/ok-state.ts", "../../state/runs.ts"],
  ["src/patterns/agent/ok-ai.ts", "ai"],
  ["src/patterns/agent/ok-state.ts", "../../state/runs.ts"],
  ["src/telemetry/ok-policies.ts", "../policies/telemetry.ts"],
  ["src/telemetry/ok-api.ts", "@opentelemetry/api"],
  ["src/patterns/ok-runtime.ts", "../runtime.ts"],
  ["src/patterns/ok-config-types.ts", "../config/types.ts"],
  ["src/patterns/extract/ok-defaults.ts", "../../config/defaults.ts"],
  ["src/patterns/extract/ok-sibling.ts", "../result.ts"],
  ["src/patterns/ok-policies.ts", "../policies/policy.ts"],
  ["src/simulator/wire/ok-sibling.ts", "../script.ts"],
  ["src/cli/ok-seam.ts", "../seam.ts"],
  ["src/evals/ok-seam.ts", "../seam.ts"],
  ["src/evals/run/ok-events.ts", "../../events.ts"],
  ["src/prompts/ok-events.ts", "../events.ts"],
  ["src/prompts/ok-prices.ts", "../providers/prices.ts"],
  ["src/patterns/ok-in-a.test.ts", "../simulator/index.ts"],
  ["examples/planted/ok.ts", "llm-seam"],
];

const lines = (count: number): string =>
  Array.from({ length: count }, (_, line) => `export const line${line} = ${line};`).join("\n");

const broken: Readonly<Record<string, string>> = {
  "src/util/long.ts": lines(351),
  "src/util/long.test.ts": lines(601),
  "src/util/cycle-a.ts": `import { b } from "./cycle-b.ts";\nexport const a = (): unknown => b;\n`,
  "src/util/cycle-b.ts": `import { a } from "./cycle-a.ts";\nexport const b = (): unknown => a;\n`,
  "src/util/any.ts": "export const parse = (text: any): unknown => text;\n",
  "src/util/default.ts": "export default 1;\n",
  "src/util/non-null.ts": "export const first = (list: number[]): number => list[0]!;\n",
  "src/util/enum.ts": "export enum Color {\n  Red,\n}\n",
  "src/util/barrel.ts": `export { a } from "./cycle-a.ts";\n`,
  "src/util/all.ts": `export * from "./cycle-a.ts";\n`,
  "src/util/print.ts": `console.log("printed");\n`,
};

const fine: Readonly<Record<string, string>> = {
  "src/util/short.ts": lines(350),
  "src/util/short.test.ts": lines(600),
  "src/cli/print.ts": `console.log("printed");\n`,
};

let project: PlantedProject;
let reported: string[];
let whole: string;

beforeAll(async () => {
  const imports = [...forbidden, ...allowed].map(
    ([file, target]) =>
      [file, `import { x } from "${target}";\nexport const y: unknown = x;\n`] as const,
  );
  project = await plant({ ...Object.fromEntries(imports), ...broken, ...fine });
  const args = ["lint", "--reporter=concise", "--max-diagnostics=none", "--colors=off", "."];
  whole = (await runTool("biome", args, { cwd: project.folder })).output;
  reported = whole.split("\n").filter((line) => line.startsWith("×"));
});

afterAll(() => project.remove());

const about = (file: string): string[] => reported.filter((line) => line.includes(` ${file}:`));

test("Biome looks at every planted file", () => {
  const planted = forbidden.length + allowed.length + Object.keys({ ...broken, ...fine }).length;
  const looked = Number(/Checked (\d+) files/.exec(whole)?.[1]);
  expect(looked).toBeGreaterThanOrEqual(planted);
});

describe("an import against the arrows is an error that names the layer rule", () => {
  test.each(forbidden)("%s may not import %s", (file) => {
    expect(about(file)).toEqual([
      expect.stringContaining("lint/style/noRestrictedImports: Layer rule:"),
    ]);
  });
});

describe("an import along the arrows is fine", () => {
  test.each(allowed)("%s may import %s", (file) => {
    expect(about(file)).toEqual([]);
  });
});

describe("the other rules bite", () => {
  test.each([
    ["src/util/long.ts", "lint/style/noExcessiveLinesPerFile"],
    ["src/util/long.test.ts", "lint/style/noExcessiveLinesPerFile"],
    ["src/util/cycle-a.ts", "lint/suspicious/noImportCycles"],
    ["src/util/any.ts", "lint/suspicious/noExplicitAny"],
    ["src/util/default.ts", "lint/style/noDefaultExport"],
    ["src/util/non-null.ts", "lint/style/noNonNullAssertion"],
    ["src/util/enum.ts", "lint/style/noEnum"],
    ["src/util/barrel.ts", "lint/performance/noBarrelFile"],
    ["src/util/all.ts", "lint/performance/noReExportAll"],
    ["src/util/print.ts", "lint/suspicious/noConsole"],
  ])("%s breaks %s", (file, rule) => {
    expect(about(file)).toContainEqual(expect.stringContaining(rule));
  });

  test.each(Object.keys(fine))("%s is fine", (file) => {
    expect(about(file)).toEqual([]);
  });
});
