#!/usr/bin/env node
import { nodeFault } from "./node-version.ts";

const fault = nodeFault(process.versions.node);
if (fault === undefined) {
  const { run } = await import("./run.ts");
  await run(process.argv);
} else {
  process.stderr.write(`seam: ${fault}\n`);
  process.exitCode = 1;
}
