import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const example = fileURLToPath(
  new URL("../../examples/support-desk/evals/main.ts", import.meta.url),
);
const useSource = new URL("use-source.ts", import.meta.url).href;

test("the desk's evals pass, catch a worsened prompt, call a small suite small, and miss no unseen prompt", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [example], {
    env: { ...process.env, NODE_OPTIONS: `--import ${useSource} --no-warnings`, NO_COLOR: "1" },
    maxBuffer: 10_000_000,
  });
  const [, good, worse, tiny, judged, unseen] = stdout.split(/^\d\. /m);
  expect(good).toMatch(/tickets {2}PASSED.*no evidence of change.*exit code 0, as/s);
  expect(worse).toMatch(/category regressed: 0\.975 → 0\.813.*exit code 1, as/s);
  expect(tiny).toMatch(/tiny {2}PASSED.*could not have seen any change.*exit code 0, as/s);
  expect(judged).toMatch(/the judge is not calibrated.*exit code 0, as/s);
  expect(unseen).toMatch(/\+ Escalate .* furious\..*exit code 1, as/s);
  expect(unseen).not.toContain("schema");
}, 120_000);
