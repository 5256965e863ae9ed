import { expect, test } from "vitest";
import { nodeFault, oldestNode } from "./node-version.ts";

test.each([oldestNode, "22.18.1", "22.19.0", "23.0.0", "24.21.0"])("Node %s will do", (version) => {
  expect(nodeFault(version)).toBeUndefined();
});

test.each(["18.20.0", "20.19.5", "22.17.9"])("Node %s is told to be too old", (version) => {
  expect(nodeFault(version)).toMatch(`this is Node ${version}; Seam needs ${oldestNode} or newer`);
});
