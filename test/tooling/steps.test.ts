import { expect, test } from "vitest";
import { proofOf, type Step, steps } from "../../scripts/steps.ts";

const biome: Step = { name: "b", command: "biome", args: [], proof: /Checked (\d+) files/ };

test("a tool that looked at nothing does not pass", () => {
  expect(proofOf(biome, "Checked 12 files in 3ms.")).toBe("Checked 12 files");
  expect(proofOf(biome, "Checked 0 files in 3ms.")).toBeUndefined();
  expect(proofOf(biome, "")).toBeUndefined();
});

test("every step that reads our source shows that it did; knip alone is silent when all is well", () => {
  expect(steps.filter((step) => step.proof === undefined).map(({ name }) => name)).toEqual([
    "knip",
  ]);
});
