import { argumentsOf, type Draft } from "../draft.ts";
import { forcedTool, isRecord, type ScriptRequest, wantedSchema } from "../request.ts";
import type { FaultSpec } from "./fault.ts";
import { looseJson } from "./loose-json.ts";

const multiByteTail = " – naïve café, 日本語, Ελληνικά, 🎉👩‍👩‍👧";
const refusalText = "I can't help with that request.";

/** Faults that bend what the model says. All others leave the draft alone: they bend the delivery. */
export function reshape(draft: Draft, fault: FaultSpec, request: ScriptRequest): Draft {
  switch (fault.type) {
    case "refusal":
      return { text: refusalText, reasoning: "", toolCalls: [], finish: "refusal" };
    case "empty-answer":
      return { text: "", reasoning: "", toolCalls: [], finish: "stop" };
    case "length":
      return { ...draft, text: cut(textOf(draft, request)), toolCalls: [], finish: "length" };
    case "split-utf8":
      return withMultiByteText(draft);
    case "json-invalid":
      return withInvalidJson(draft, request);
    case "json-fences":
      return bendJson(draft, request, (json) => `\`\`\`json\n${json}\n\`\`\``);
    case "json-prose":
      return bendJson(
        draft,
        request,
        (json) =>
          `Sure! Here is the JSON you asked for:\n\n${json}\n\nLet me know if you need more.`,
      );
    case "json-broken":
      return bendJson(draft, request, (json) => looseJson(JSON.parse(json)));
    case "json-cut":
      return bendJson(draft, request, cut);
    default:
      return draft;
  }
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.slice(0, Math.ceil(characters.length / 2)).join("");
}

function withMultiByteText(draft: Draft): Draft {
  const alreadyMultiByte = /[^\0-\x7f]/.test(draft.text);
  if (draft.text === "" || alreadyMultiByte || parseObject(draft.text) !== undefined) return draft;
  return { ...draft, text: draft.text + multiByteTail };
}

/** Applies a change to the JSON the draft answers with; an answer that is not JSON stays as it is. */
function bendJson(draft: Draft, request: ScriptRequest, bend: (json: string) => string): Draft {
  const json = textOf(draft, request);
  if (parseObject(json) === undefined) return draft;
  return { ...asText(draft, request), text: bend(json) };
}

/**
 * The JSON of a forced tool counts as the answer's text: a tool call cannot carry broken JSON in
 * every protocol, and a model that misbehaves this way talks instead of calling.
 */
function textOf(draft: Draft, request: ScriptRequest): string {
  const call = forcedCall(draft, request);
  return call ? argumentsOf(call) : draft.text;
}

function asText(draft: Draft, request: ScriptRequest): Draft {
  if (!forcedCall(draft, request)) return draft;
  return { ...draft, toolCalls: [], finish: "stop" };
}

function forcedCall(draft: Draft, request: ScriptRequest): Draft["toolCalls"][number] | undefined {
  const tool = forcedTool(request);
  return tool && draft.toolCalls.find((call) => call.name === tool.name);
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function withInvalidJson(draft: Draft, request: ScriptRequest): Draft {
  const schema = wantedSchema(request)?.schema;
  const required = isRecord(schema) && Array.isArray(schema.required) ? schema.required : [];
  const value = parseObject(draft.text);
  if (value !== undefined) return { ...draft, text: JSON.stringify(spoil(value, required)) };
  const [first, ...others] = draft.toolCalls;
  if (!first) return draft;
  return {
    ...draft,
    toolCalls: [{ ...first, arguments: spoil(first.arguments, required) }, ...others],
  };
}

/** Leaves out the first required field and gives every other one a value of the wrong type. */
function spoil(value: unknown, required: readonly unknown[]): unknown {
  if (!isRecord(value)) return { unexpected: value };
  const names = Object.keys(value);
  const missing = names.length > 1 ? names.find((name) => required.includes(name)) : undefined;
  return Object.fromEntries(
    names.filter((name) => name !== missing).map((name) => [name, wrongType(value[name])]),
  );
}

function wrongType(value: unknown): unknown {
  if (typeof value === "number") return "several";
  if (typeof value === "boolean") return "perhaps";
  if (typeof value === "string" || value === null) return { value };
  return "not the expected structure";
}
