import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root, runTool } from "../../scripts/tool.ts";

const slow = 120_000;
const peers = [
  "fetch",
  "@anthropic-ai/sdk",
  "AI SDK generateText",
  "LangChain ChatAnthropic",
  "seam",
];

let folder: string;

/** The bench beside a build of its own, so that neither a missing nor an old dist counts. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seam-bench-test-"));
  for (const name of ["package.json", "bench"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  const dist = join(folder, "dist");
  const built = await runTool("tsc", ["-p", "tsconfig.build.json", "--outDir", dist]);
  if (built.code !== 0) throw new Error(built.output);
}, slow);

afterAll(() => rm(folder, { recursive: true, force: true }));

const bench = (...options: string[]) =>
  runTool("node", ["bench/run.ts", ...options], { cwd: folder });

test(
  "every suite measures every peer, shows it in a table and keeps it as JSON",
  async () => {
    const { code, output } = await bench("--size", "smoke", "--json", "results.json");
    expect(output).toContain("One call after another");
    expect(code).toBe(0);
    for (const peer of peers) expect(output).toContain(`│ ${peer} `);
    expect(output).not.toMatch(/NaN|Infinity|undefined/);

    const results = JSON.parse(await readFile(join(folder, "results.json"), "utf8"));
    expect(results.machine.cores).toBeGreaterThan(0);
    const { sequential, concurrent } = results.calls;
    for (const measured of [sequential, concurrent, results.streams, results.memory]) {
      expect(Object.keys(measured)).toEqual(peers);
    }
    for (const peer of peers) {
      for (const costs of [sequential[peer], concurrent[peer], results.streams[peer]]) {
        expect(costs).toHaveLength(1);
        expect(costs[0].wallUs).toBeGreaterThan(0);
      }
    }
    expect(results.cache.memory.p50Us).toBeGreaterThan(0);
    expect(results.cache.sqlite.p99Us).toBeGreaterThanOrEqual(results.cache.sqlite.p50Us);
    expect(results.events.bytesPerEvent).toBeGreaterThan(500);
    for (const { calls, requests, p99 } of Object.values<Record<string, number>>(results.hedge)) {
      expect(requests).toBeGreaterThanOrEqual(calls ?? 0);
      expect(p99).toBeGreaterThan(39);
    }
    const chats = Object.values<Record<string, number>>(results.conversation);
    expect(chats).toHaveLength(3);
    for (const { requests, cost, longest, stability } of chats) {
      expect(requests).toBe(5);
      expect(cost).toBeGreaterThan(0);
      expect(longest).toBeGreaterThan(100);
      expect(stability).toBeGreaterThan(0.5);
    }
    const [run] = results.evals;
    expect(run.cases).toBe(10);
    for (const { seconds, peakBytes } of [run.seam, run.loop]) {
      expect(seconds).toBeGreaterThan(0);
      expect(peakBytes).toBeGreaterThan(10_000_000);
    }
    const gates = Object.values<{ drop: number; rates: Record<string, number> }[]>(results.gate);
    expect(gates.length).toBeGreaterThan(8);
    for (const gate of gates) {
      expect(gate.map(({ drop, rates }) => [drop, rates["comparisons"]])).toEqual([
        [0, 5],
        [0.05, 2],
        [0.1, 2],
        [0.2, 2],
      ]);
    }
    expect(results.store.bytesPerEvent).toBeGreaterThan(500);
    expect(results.store.stats["--by task"].wallMs).toHaveLength(2);
    expect(results.store.commands["--since 24h"].wallMs).toHaveLength(1);
  },
  slow,
);

test("a suite can be asked for alone, and a wrong name is answered with the right ones", async () => {
  const { output } = await bench("--size", "smoke", "--only", "events");
  expect(output).toContain("bytes an event takes on disk");
  expect(output).not.toContain("One call after another");

  const wrong = await bench("--only", "calls,speed");
  expect(wrong.code).toBe(1);
  expect(wrong.output).toContain("There is no suite speed.");
  expect(wrong.output).toContain("calls, streams, memory, cache, events");
});

const soak = (...options: string[]) =>
  runTool("node", ["--expose-gc", "bench/soak/main.ts", ...options], { cwd: folder });

test(
  "a short soak loses no call, whatever the provider does",
  async () => {
    const { output } = await soak("0.1", "--seed", "5");
    const [, calls, recorded] = /seed 5: (\d{3,}) calls, (\d+) recorded/.exec(output) ?? [];
    expect(calls).toBeDefined();
    expect(recorded).toBe(calls);
    expect(output).not.toContain("LOST");
    expect(output).toContain("StreamInterrupted");
  },
  slow,
);

test("a soak that cannot begin says how it is used", async () => {
  const { code, output } = await soak("soon");
  expect(code).toBe(1);
  expect(output).toContain("npm run soak -- [minutes]");
});
