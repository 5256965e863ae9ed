import type {
  LanguageModelV4Content,
  LanguageModelV4Message,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import { readArguments } from "./arguments.ts";
import { quotableName } from "./quotable-name.ts";

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

/** What the models of a run are sent: what it began with, and what was said and done since. */
export class Transcript {
  readonly #messages: LanguageModelV4Message[];
  readonly #given: number;

  /** @param given how many of the messages the run was given; the others are its own */
  constructor(messages: readonly LanguageModelV4Message[], given: number = messages.length) {
    this.#messages = [...messages];
    this.#given = given;
  }

  get messages(): readonly LanguageModelV4Message[] {
    return [...this.#messages];
  }

  get given(): number {
    return this.#given;
  }

  /** The run's own messages. */
  get own(): readonly LanguageModelV4Message[] {
    return this.#messages.slice(this.#given);
  }

  /** What a model can be asked with: without an answer that ends it, which many models refuse to go on from. */
  get open(): readonly LanguageModelV4Message[] {
    const last = this.own.at(-1);
    const isAnswer = last?.role === "assistant" && !last.content.some(isOwnCall);
    return isAnswer ? this.#messages.slice(0, -1) : this.messages;
  }

  /** The ids of the tool calls of the last answer, in order. */
  get lastCalls(): readonly string[] {
    const answer = this.#messages.findLast(({ role }) => role === "assistant");
    if (answer?.role !== "assistant") return [];
    return answer.content.flatMap((part) => (part.type === "tool-call" ? [part.toolCallId] : []));
  }

  /** A model has answered; an answer that says nothing is not quoted. */
  answered(content: readonly LanguageModelV4Content[]): void {
    const parts = content.flatMap(assistantPart);
    if (parts.some(saysSomething)) this.#messages.push({ role: "assistant", content: parts });
  }

  /** The tool calls of the last answer have their results. */
  replied(results: LanguageModelV4ToolResultPart[]): void {
    if (results.length === 0) return;
    const content = results.map((part) => ({ ...part, toolName: quotableName(part.toolName) }));
    this.#messages.push({ role: "tool", content });
  }

  asked(text: string): void {
    this.#messages.push({ role: "user", content: [{ type: "text", text }] });
  }
}

/** A call of one of the run's tools; the provider runs its own. */
function isOwnCall(part: AssistantPart): boolean {
  return part.type === "tool-call" && part.providerExecuted !== true;
}

function saysSomething({ type }: AssistantPart): boolean {
  return type !== "custom" && type !== "reasoning" && type !== "reasoning-file";
}

/** A part of an answer as the next request quotes it; sources, and what a provider alone can say, are in none. */
function assistantPart(part: LanguageModelV4Content): AssistantPart[] {
  const own = part.providerMetadata && { providerOptions: part.providerMetadata };
  switch (part.type) {
    case "text":
      return part.text === "" && own === undefined
        ? []
        : [{ type: "text", text: part.text, ...own }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text, ...own }];
    case "file":
    case "reasoning-file":
      return [{ type: part.type, data: part.data, mediaType: part.mediaType, ...own }];
    case "custom":
      return [{ type: "custom", kind: part.kind, ...own }];
    case "tool-call": {
      const { toolCallId, toolName, input, providerExecuted } = part;
      return [
        {
          type: "tool-call",
          toolCallId,
          toolName: quotableName(toolName),
          input: inputOf(input),
          ...(providerExecuted === true && { providerExecuted }),
          ...own,
        },
      ];
    }
    case "tool-result": {
      const { toolCallId, toolName, result } = part;
      return [
        {
          type: "tool-result",
          toolCallId,
          toolName,
          output: { type: "json", value: result },
          ...own,
        },
      ];
    }
    default:
      return [];
  }
}

/** Providers want an object, so that a call whose arguments cannot be read is quoted without them. */
function inputOf(text: string): unknown {
  const read = readArguments(text);
  return read.ok && typeof read.value === "object" && read.value !== null ? read.value : {};
}
