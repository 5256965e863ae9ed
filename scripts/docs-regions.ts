import { faultTable } from "../src/simulator/faults/fault.ts";
import type { Region } from "./regions.ts";

/** Every part of the documentation that is written by code. `npm run docs` refreshes them all. */
export const regions: readonly Region[] = [
  { file: "docs/simulator.md", name: "faults", render: faultTable },
];
