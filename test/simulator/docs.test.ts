import { readFileSync } from "node:fs";
import { faultCatalogue, faultNames, faultTable } from "llm-seam/simulator";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../docs/simulator.md", import.meta.url), "utf8");

test("the page shows the catalogue of faults as it is", () => {
  expect(page).toContain(faultTable());
  for (const name of faultNames) expect(page).toContain(`| \`${name}\` | ${faultCatalogue[name]}`);
});

test("the page says which faults do something else in process", () => {
  const inProcess = page.slice(page.indexOf("## Without HTTP"));
  const bendsTheAnswer = /^(none|empty-answer|refusal|length|slow|json-.*)$/;
  for (const name of faultNames.filter((fault) => !bendsTheAnswer.test(fault))) {
    expect(inProcess).toContain(`\`${name}\``);
  }
});
