import { isRecord } from "../../patterns/extract/shape.ts";
import type { ScoredTrial } from "../scorer.ts";

/** A tool that a model called, or that it should have called. */
export interface ToolCallLike {
  readonly name: string;
  /** Expected calls without them are matched by name alone. */
  readonly arguments?: unknown;
}

/**
 * The tools that models called in a trial, in their order, whether they were run or not: of the events of its calls;
 * where none has any, of the output.
 */
export function callsOf({ calls, output }: ScoredTrial): readonly ToolCallLike[] {
  const seen = new Set<string>();
  const made: ToolCallLike[] = [];
  // A call with children of its own tells again what they have told.
  for (const { tool, children, response } of calls) {
    if (tool !== null || children > 0) continue;
    for (const part of response ?? []) {
      if (part.type !== "tool-call") continue;
      seen.add(part.toolCallId);
      made.push({ name: part.toolName, arguments: argumentsOf(part.input) });
    }
  }
  for (const { tool, prompt } of calls) {
    if (tool === null || seen.has(tool.toolCallId)) continue;
    const [part] = prompt.prompt.flatMap((message) =>
      message.role === "assistant" ? message.content : [],
    );
    const given = part?.type === "tool-call" ? part.input : undefined;
    made.push({ name: tool.name, arguments: given });
  }
  return made.length > 0 ? made : callsIn(output);
}

/**
 * The calls in an output: a list of them, or an object with `toolCalls`, `tool_calls`, `steps` or a `message`. Calls are read
 * as the AI SDK, OpenAI, Anthropic and Seam's agents write them.
 */
export function callsIn(output: unknown): readonly ToolCallLike[] {
  if (Array.isArray(output)) return output.flatMap(callsIn);
  if (!isRecord(output)) return [];
  const call = callIn(output);
  if (call !== undefined) return [call];
  // A result has its last step's calls beside all its steps.
  for (const key of ["steps", "toolCalls", "tool_calls", "message", "content"]) {
    const found = callsIn(output[key]);
    if (found.length > 0) return found;
  }
  return [];
}

function callIn(value: Readonly<Record<string, unknown>>): ToolCallLike | undefined {
  const inner = isRecord(value["function"]) ? value["function"] : value;
  const name = inner["toolName"] ?? inner["name"];
  const given = inner["arguments"] ?? inner["input"] ?? inner["args"];
  if (typeof name !== "string" || (given === undefined && inner === value)) return undefined;
  return { name, arguments: argumentsOf(given) };
}

/** Providers send arguments as JSON text; what is none stays text, which fits no expected object. */
function argumentsOf(given: unknown): unknown {
  if (typeof given !== "string") return given;
  try {
    return given.trim() === "" ? {} : JSON.parse(given);
  } catch {
    return given;
  }
}

/** Expected calls as people write them: names, or names with arguments. */
export function expectedCalls(value: unknown, what: string): readonly ToolCallLike[] {
  const calls = Array.isArray(value) ? value.map(expectedCall) : [undefined];
  const known = calls.filter((call) => call !== undefined);
  if (known.length === calls.length) return known;
  throw new TypeError(
    `${what} as a list of calls: each the name of a tool, or { name, arguments }; say where they stand by the option \`expected\``,
  );
}

function expectedCall(value: unknown): ToolCallLike | undefined {
  if (typeof value === "string") return { name: value };
  if (!isRecord(value)) return undefined;
  const { name, arguments: given } = value;
  return typeof name === "string" ? { name, arguments: argumentsOf(given) } : undefined;
}
