import { faultNames, faultStatusCodes } from "llm-seam/simulator";
import { expect, test } from "vitest";
import { faultCases } from "../support/fault-table.ts";

test("every fault of the simulator is driven through complete, stream and extract", () => {
  const driven = new Set(
    faultCases.map(({ fault }) => (typeof fault === "string" ? fault : fault.type)),
  );
  expect([...faultNames].filter((name) => !driven.has(name))).toEqual([]);
});

test("so is every HTTP status it can answer with", () => {
  const driven = faultCases.flatMap(({ fault }) =>
    typeof fault !== "string" && fault.type === "status" ? [fault.status] : [],
  );
  expect(faultStatusCodes.filter((code) => !driven.includes(code))).toEqual([]);
});
