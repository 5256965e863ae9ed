import { join } from "node:path";
import { openEvents } from "llm-seam/events";
import { afterEach, expect, test } from "vitest";
import { rejection, startHarness } from "../support/harness.ts";
import { makeProject, type Project } from "./project.testkit.ts";
import { jsonLines, runSeam } from "./run-seam.testkit.ts";

let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
  project = undefined;
});

async function doctor(
  config: string,
  ...args: string[]
): Promise<Map<unknown, Record<string, unknown>>> {
  project = await makeProject();
  await project.write("seam.config.ts", config);
  const { stdout } = await runSeam(["doctor", "--json", ...args], { cwd: project.folder });
  return new Map(jsonLines(stdout).map((finding) => [finding["check"], finding]));
}

test("the doctor says where retries are stacked, and where they have no room", async () => {
  const findings = await doctor(`
    import { createSeam } from "llm-seam";
    const local = { providers: { local: { baseURL: "http://127.0.0.1:9/v1" } }, store: false };
    const inner = createSeam({ ...local, tasks: { inner: { model: "local/m" } } });
    export default {
      ...local,
      tasks: {
        stacked: { model: inner.model("inner") },
        single: { model: inner.model("inner"), retry: false },
        backed: { model: "local/m", fallbacks: [inner.model("inner")] },
        short: { model: "local/m", deadline: "20s" },
        roomy: { model: "local/m", deadline: "20s", attempt: { total: "6s" } },
        once: { model: "local/m", deadline: "20s", retry: false },
      },
    };`);
  const retries = [...findings.keys()].filter((check) => String(check).startsWith("retries"));
  expect(retries).toEqual(["retries stacked", "retries backed", "retries short"]);
  expect(findings.get("retries stacked")).toMatchObject({
    status: "warn",
    detail: expect.stringContaining("seam/inner"),
    advice: expect.stringContaining("retry: false"),
  });
  expect(findings.get("retries short")?.["detail"]).toMatch(/1 m 30 s .*20 s .*2 retries/);
});

test("the doctor names the tasks whose calls an outer loop repeats, and the features that do", async () => {
  await using harness = await startHarness(
    {
      tasks: {
        looped: { model: "anthropic/claude-haiku-4-5" },
        fine: { model: "anthropic/claude-haiku-4-5" },
      },
      defaults: { retry: { attempts: 2, baseDelay: 1 } },
    },
    { faults: { sequence: [], afterwards: "status-529" } },
  );
  const { seam, file } = harness;
  for (const feature of ["inbox", "inbox", "search", "search", undefined]) {
    const tags = feature === undefined ? {} : { feature };
    await rejection(seam.complete("looped", { prompt: "Same", tags }));
  }
  await rejection(seam.complete("fine", { prompt: "One" }));
  await seam.flush();
  using events = openEvents(file);
  expect(await events.repeats()).toEqual([
    { task: "looped", calls: 5, repeats: 4, features: ["inbox", "search"] },
  ]);
  expect(await events.repeats({ until: "1d" })).toEqual([]);
  const config = `export default {
    tasks: { a: { model: "local/m" } },
    providers: { local: { baseURL: "http://127.0.0.1:9/v1" } },
  };`;
  const findings = await doctor(config, "--store", join(file));
  expect([...findings.keys()].filter((check) => String(check).startsWith("repeats"))).toEqual([
    "repeats looped",
  ]);
  expect(findings.get("repeats looped")).toMatchObject({
    status: "warn",
    detail: expect.stringMatching(/^4 of its 5 calls of the last 7 days .*inbox, search/),
    advice: expect.stringContaining("maxRetries: 0"),
  });
});
