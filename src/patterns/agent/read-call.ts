import { issueList } from "../issue-list.ts";
import { readArguments } from "./arguments.ts";
import { notMade, type OpenCall, type Settled } from "./open-call.ts";
import type { ToolSchema } from "./tools/schema.ts";

/** Reads a call's arguments into its `input`; gives what the model is told where they cannot be read. */
export async function readCall(
  call: OpenCall,
  schemas: ReadonlyMap<string, ToolSchema>,
): Promise<Settled | undefined> {
  const schema = schemas.get(call.name);
  if (schema === undefined) return notMade("unknown", "grant", unknownText(call.name, schemas));
  const json = readArguments(call.text);
  if (json.ok) call.input = json.value;
  const reading = json.ok ? await schema.read(json.value) : json;
  if (!reading.ok) {
    const reason = `The arguments do not fit the tool's schema:\n${issueList(reading.issues)}\nCall it again with arguments that fit.`;
    return notMade("malformed", "schema", reason);
  }
  call.input = reading.value;
  return undefined;
}

function unknownText(name: string, schemas: ReadonlyMap<string, ToolSchema>): string {
  const known =
    schemas.size === 0
      ? "There are no tools."
      : `The tools are: ${[...schemas.keys()].join(", ")}.`;
  return `There is no tool ${JSON.stringify(name.slice(0, 100))}. ${known}`;
}
