import { raceAbort } from "../../../util/abort.ts";
import type { AgentTool } from "../tool.ts";
import { beginningOf } from "./cut.ts";
import { jsonCopy } from "./json-of.ts";
import {
  contentOf,
  contentOfModelOutput,
  type Room,
  type ShownOutput,
  showOutput,
  type ToolContent,
  textOf,
} from "./model-output.ts";
import {
  failedSentence,
  failureText,
  type RecordedError,
  recordedError,
  timedOutSentence,
} from "./tool-error.ts";

const longestReason = 500;

/** A call of a tool, and how much of its result the model is given. */
export interface ToolPlace {
  readonly tool: AgentTool;
  readonly name: string;
  readonly toolCallId: string;
  readonly input: unknown;
  readonly room: Room;
}

export interface EndedTool extends ShownOutput {
  readonly outcome: "done" | "failed" | "timed-out";
  /** What the tool gave back, whole, as JSON has it; `undefined` where it gave nothing. */
  readonly output: unknown;
  /** All that is known of an error, for the event. A tool can be done and its `toModelOutput` fail. */
  readonly error: RecordedError | null;
  /** What the model is told instead of a result. */
  readonly reason: string | null;
}

export function timedOut(place: ToolPlace, timeoutMs: number, thrown: unknown): EndedTool {
  const { name, tool } = place;
  const reason = timedOutSentence(name, tool.effect, timeoutMs);
  return { ...withoutResult(reason), outcome: "timed-out", error: recordedError(thrown) };
}

export function failed(place: ToolPlace, thrown: unknown): EndedTool {
  const said = failureText(thrown);
  const error = recordedError(thrown);
  if (said === undefined) {
    return { ...withoutResult(failedSentence(place.name)), outcome: "failed", error };
  }
  return { ...saidFailure(place, { ...contentOf(said), isError: true }), output: undefined, error };
}

/** The tool has done its work: nothing that goes wrong from here on makes it undone. */
export async function given(
  place: ToolPlace,
  output: unknown,
  signal: AbortSignal,
): Promise<EndedTool> {
  const { content, error } = await contentFor(place, output, signal);
  const kept = jsonCopy(output);
  if (!content.isError) {
    const shown = showOutput(content, place.room);
    return { ...shown, outcome: "done", output: kept, error, reason: null };
  }
  const said = saidFailure(place, content);
  return { ...said, output: kept, error: { name: "ToolFailure", message: textOf(content) } };
}

/** The whole of a failure is Seam's own words: nobody else's are in it. */
function withoutResult(reason: string): Omit<EndedTool, "outcome" | "error"> {
  const forModel = { type: "error-text", value: reason } as const;
  return { forModel, cutFrom: null, untrusted: false, output: undefined, reason };
}

/** What the tool, or the server that it belongs to, has to say to the model. */
function saidFailure(
  { name, room }: ToolPlace,
  content: ToolContent,
): Omit<EndedTool, "output" | "error"> {
  const text = textOf(content);
  if (text === "") return { ...withoutResult(failedSentence(name)), outcome: "failed" };
  return {
    ...showOutput(content, room),
    outcome: "failed",
    reason: beginningOf(text, longestReason),
  };
}

interface Found {
  readonly content: ToolContent;
  readonly error: RecordedError | null;
}

/** What the tool's own `toModelOutput` makes of its result; where it fails or takes too long, the plain result. */
async function contentFor(
  { tool, toolCallId, input }: ToolPlace,
  output: unknown,
  signal: AbortSignal,
): Promise<Found> {
  if (tool.toModelOutput === undefined) return { content: contentOf(output), error: null };
  try {
    const made = (async () => tool.toModelOutput?.({ toolCallId, input, output } as never))();
    const content = contentOfModelOutput(await raceAbort(made, signal));
    return { content: withMcpResult(content, output), error: null };
  } catch (thrown) {
    return { content: contentOf(output), error: recordedError(thrown) };
  }
}

/** What an MCP server says beside the content of a result, and `@ai-sdk/mcp` does not show the model. */
function withMcpResult(content: ToolContent, output: unknown): ToolContent {
  if (typeof output !== "object" || output === null) return content;
  const { isError, structuredContent } = output as {
    isError?: unknown;
    structuredContent?: unknown;
  };
  const shown = content.parts.length === 0 ? contentOf(structuredContent) : content;
  return { ...shown, isError: content.isError || isError === true };
}
