import type { Command } from "commander";
import { ConfigError } from "../../../errors.ts";
import {
  addCases,
  type ProductionRow,
  productionRow,
} from "../../../evals/production/case-file.ts";
import { recordedOf } from "../../../evals/production/recorded.ts";
import type { CallEvent, EventReader } from "../../../events.ts";
import type { Redactor } from "../../../redact/redactor.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../../find-store.ts";
import { addedLine } from "../../output/eval/added.ts";
import { counted } from "../../output/format.ts";
import { note, print } from "../../output/terminal.ts";
import { readCall } from "../../read-call.ts";
import { type RedactOption, redactOption, redactorsOf } from "../../redact-option.ts";

interface AddOptions extends StoreOptions, RedactOption {
  readonly to: string;
}

const examples = `
A case has the messages of its call for \`input\`, what was answered for \`output\`, and, of an extract,
the value for \`expected\`. Files are named, not kept. Look at each: set \`expected\`, and \`review\` to
"done" or "rejected". A case that the file has is left as it is.

Examples:
  seam eval add 01k8zq4mb --to evals/tickets.jsonl
  seam calls --tag complaint=true --json | jq -r .id | xargs seam eval add --to evals/tickets.jsonl`;

export function addEvalAdd(evals: Command): void {
  const command = evals
    .command("add")
    .description("Make cases of recorded calls, redacted, in a JSONL file that a person reviews.")
    .argument("<id...>", "ids of calls, or the beginnings of them")
    .requiredOption("--to <file>", "the JSONL file; it is made where there is none")
    .addOption(redactOption());
  withStoreOptions(command).addHelpText("after", examples).action(add);
}

async function add(ids: readonly string[], options: AddOptions): Promise<void> {
  const { path, from } = await findStore(options);
  const { openEvents } = await import("../../../events.ts");
  using events = openEvents(path);
  note(`${shortPath(path)} (${from})`);
  const rows: ProductionRow[] = [];
  for (const id of ids) rows.push(rowOfCall(await callOf(events, id), redactorsOf(options)));
  const added = await addCases(options.to, rows);
  for (const each of added) print(addedLine(each));
  const count = added.filter(({ kind }) => kind === "added").length;
  note(`${counted(count, "case")} added to ${shortPath(options.to)}.`);
}

async function callOf(events: EventReader, id: string): Promise<CallEvent> {
  // Of a script whose variable is empty, any call would be meant.
  if (id !== "") return (await readCall(events, id)).call;
  throw new ConfigError({
    summary: "The id of the call is empty",
    advice: "Write the id, or the beginning of it: `seam calls` lists them.",
  });
}

function rowOfCall(call: CallEvent, redactors: readonly Redactor[]): ProductionRow {
  const recorded = recordedOf(call, redactors);
  if (recorded !== undefined && call.source !== "tool") return productionRow(recorded);
  throw new ConfigError({
    summary:
      recorded === undefined
        ? `Nothing was kept of what call ${call.id} said: its task ${JSON.stringify(call.task)} has \`content: "none"\``
        : `Call ${call.id} is a tool's: no model was asked`,
    advice: "No file was changed. Leave it out.",
  });
}
