import { commandHelp } from "../src/cli/help.ts";
import { pricesAsOf } from "../src/providers/prices.ts";
import { faultTable } from "../src/simulator/faults/fault.ts";
import { defaultsTable } from "./docs-defaults.ts";
import { errorTable } from "./docs-errors.ts";
import { wayOfACall } from "./docs-pipeline.ts";
import type { Region } from "./regions.ts";

/** Every part of the documentation that is written by code. `npm run docs` refreshes them all. */
export const regions: readonly Region[] = [
  { file: "README.md", name: "way-of-a-call", render: wayOfACall },
  { file: "docs/architecture.md", name: "way-of-a-call", render: wayOfACall },
  { file: "docs/cli.md", name: "commands", render: commandHelp },
  { file: "docs/configuration.md", name: "defaults", render: defaultsTable },
  {
    file: "docs/configuration.md",
    name: "prices-as-of",
    render: () => pricesAsOf,
  },
  { file: "docs/errors.md", name: "errors", render: errorTable },
  { file: "docs/simulator.md", name: "faults", render: faultTable },
];
