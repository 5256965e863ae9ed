import { expect, test } from "vitest";
import { ended, startNode, written } from "../../test/cli/run-seam.testkit.ts";

const script = `
  import { untilStopped } from ${JSON.stringify(new URL("until-stopped.ts", import.meta.url).href)};
  process.on("exit", () => console.log("flushed"));
  await untilStopped(async (signal) => {
    signal.addEventListener("abort", () => console.log("stopping"));
    console.log("ready");
    await new Promise((resume) => setTimeout(resume, 60_000));
  });`;

test("the second Ctrl-C ends what does not end by itself, and what hangs on the exit is still done", async () => {
  const child = startNode(["--input-type=module", "--eval", script]);
  const end = ended(child);
  await written(child, /ready/);
  const stopping = written(child, /stopping/);
  child.kill("SIGINT");
  await stopping;
  child.kill("SIGINT");
  expect(await end).toMatchObject({ code: 130, stdout: "ready\nstopping\nflushed\n" });
});
