import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from "@ai-sdk/provider";
import { fromJson, toJson } from "../../call/json.ts";
import type { Tags } from "../../call/labels.ts";
import type { PlacedTemplate } from "../../call/static-prompt.ts";
import type { AgentStep } from "../../call/step.ts";
import { ConfigError } from "../../errors.ts";
import type { RunState } from "./gate/run-state.ts";
import type { Spent } from "./segment.ts";

/** A call of a tool that waits for somebody to agree. */
export interface WaitingCall {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly tool: string;
  /** The arguments as the model wrote them. */
  readonly text: string;
  /** `hashOfCall` of the tool and the validated input: what is agreed to. */
  readonly hash: string;
}

/** What a run goes on from, at its beginning and after every pause. */
export interface RunPoint {
  readonly messages: readonly LanguageModelV4Message[];
  /** How many of the messages the run was given. */
  readonly given: number;
  /** Which texts of the messages were templates. */
  readonly templates: readonly PlacedTemplate[];
  /** Results of those calls of the last answer that did not have to wait. */
  readonly results: readonly LanguageModelV4ToolResultPart[];
  readonly waiting: readonly WaitingCall[];
  readonly steps: readonly AgentStep[];
  readonly state: RunState;
  readonly spent: Spent;
  /** The events of the run's parts so far. */
  readonly segments: readonly string[];
  /** Texts of the caller's own: links that stand in them are no strangers'. */
  readonly trusted: readonly string[];
  /** The code of the run's data marks. */
  readonly nonce: string;
  readonly key: string;
  readonly tags: Tags;
  readonly context: unknown;
  readonly createdAt: number;
}

const version = 1;

/** Throws ConfigError for a context that could not be read again as it is. */
export function snapshotOf(point: RunPoint, task: string): string {
  checkJson(point.context, "context", task);
  return toJson({ version, ...point });
}

/** Snapshots of older releases know of no templates. */
type Written = Omit<RunPoint, "templates"> &
  Partial<Pick<RunPoint, "templates">> & { readonly version: number };

export function readSnapshot(text: string, task: string): RunPoint {
  const { version: written, templates = [], ...point } = fromJson(text) as Written;
  if (written !== version) {
    throw new ConfigError(
      {
        summary: `The run was stored by another version of Seam (${written}, this one reads ${version})`,
        advice: "Resume it with that version, or start it anew.",
      },
      { task },
    );
  }
  return { ...point, templates, messages: point.messages.map(withUrls) };
}

/** JSON has no URLs; files of messages may be given by one. */
function withUrls(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== "user" && message.role !== "assistant") return message;
  const content = message.content.map((part) =>
    part.type === "file" && part.data.type === "url"
      ? { ...part, data: { ...part.data, url: new URL(part.data.url) } }
      : part,
  );
  return { ...message, content } as LanguageModelV4Message;
}

function checkJson(value: unknown, path: string, task: string): void {
  const found = notJson(value, path, new Set());
  if (found === undefined) return;
  throw new ConfigError(
    {
      summary: `The run has to pause, but \`${found}\` cannot be kept as JSON`,
      advice:
        "Give the agent a context of plain values (ids rather than clients), or an `approve` callback.",
      issues: [{ path: found, message: "cannot be kept as JSON" }],
    },
    { task },
  );
}

/** The path of the first value that would not be the same when it is read again. */
function notJson(value: unknown, path: string, above: Set<unknown>): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || above.has(value)) return path;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  if (!isPlain) return path;
  above.add(value);
  for (const [name, member] of Object.entries(value)) {
    const found = notJson(member, `${path}.${name}`, above);
    if (found !== undefined) return found;
  }
  above.delete(value);
  return undefined;
}
