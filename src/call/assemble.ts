import type {
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { Pattern } from "./labels.ts";

type TextBlock = Extract<LanguageModelV4Content, { type: "text" | "reasoning" }>;

/** What is known of the usage of an answer that nobody has counted. */
export const noUsage: LanguageModelV4Usage = {
  inputTokens: {
    total: undefined,
    noCache: undefined,
    cacheRead: undefined,
    cacheWrite: undefined,
  },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** Builds the whole result of a stream from its parts, as they pass. */
export class Assembler {
  readonly #content: LanguageModelV4Content[] = [];
  readonly #open = new Map<string, TextBlock>();
  #response: NonNullable<LanguageModelV4GenerateResult["response"]> = {};
  #warnings: SharedV4Warning[] = [];
  #finish: Extract<LanguageModelV4StreamPart, { type: "finish" }> | undefined;

  add(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case "text-start":
      case "reasoning-start":
        this.#start(part.type === "text-start" ? "text" : "reasoning", part);
        return;
      case "text-delta":
        this.#grow(this.#open.get(`text:${part.id}`) ?? this.#start("text", part), part);
        return;
      case "reasoning-delta":
        this.#grow(this.#open.get(`reasoning:${part.id}`) ?? this.#start("reasoning", part), part);
        return;
      case "text-end":
      case "reasoning-end":
        this.#finishBlock(part);
        return;
      case "tool-call":
      case "tool-result":
      case "tool-approval-request":
      case "file":
      case "reasoning-file":
      case "source":
      case "custom":
        this.#content.push(part);
        return;
      case "stream-start":
        this.#warnings = part.warnings;
        return;
      case "response-metadata": {
        const { type: _type, ...metadata } = part;
        this.#response = { ...this.#response, ...metadata };
        return;
      }
      case "finish":
        this.#finish = part;
        return;
      case "tool-input-start":
      case "tool-input-delta":
      case "tool-input-end":
      case "ping":
      case "raw":
      case "error":
        return;
    }
  }

  /** The text of the answer so far. */
  get text(): string {
    return textOf(this.#content);
  }

  result(headers: Record<string, string> | undefined): LanguageModelV4GenerateResult {
    const finish = this.#finish;
    return {
      content: this.#content,
      finishReason: finish?.finishReason ?? { unified: "interrupted", raw: undefined },
      usage: finish?.usage ?? noUsage,
      warnings: this.#warnings,
      response: headers === undefined ? this.#response : { ...this.#response, headers },
      ...(finish?.providerMetadata === undefined
        ? {}
        : { providerMetadata: finish.providerMetadata }),
    };
  }

  #start(type: "text" | "reasoning", part: BlockPart): TextBlock {
    const block: TextBlock = { type, text: "" };
    addMetadata(block, part);
    this.#open.set(`${type}:${part.id}`, block);
    this.#content.push(block);
    return block;
  }

  #grow(block: TextBlock, part: BlockPart & { readonly delta: string }): void {
    block.text += part.delta;
    addMetadata(block, part);
  }

  #finishBlock(
    part: Extract<LanguageModelV4StreamPart, { type: "text-end" | "reasoning-end" }>,
  ): void {
    const key = part.type === "text-end" ? `text:${part.id}` : `reasoning:${part.id}`;
    const block = this.#open.get(key);
    this.#open.delete(key);
    if (block === undefined) return;
    addMetadata(block, part);
    if (part.type === "text-end" && part.citations !== undefined && block.type === "text") {
      block.citations = part.citations;
    }
  }
}

interface BlockPart {
  readonly id: string;
  readonly providerMetadata?: SharedV4ProviderMetadata;
}

/** Providers tell of a block piece by piece: an id at its start, a signature with a delta. */
function addMetadata(block: TextBlock, { providerMetadata }: Partial<BlockPart>): void {
  for (const [provider, metadata] of Object.entries(providerMetadata ?? {})) {
    block.providerMetadata = {
      ...block.providerMetadata,
      [provider]: { ...block.providerMetadata?.[provider], ...metadata },
    };
  }
}

/** The part that ends the stream of an answer. */
export function finishPart({
  finishReason,
  usage,
  providerMetadata,
}: LanguageModelV4GenerateResult): LanguageModelV4StreamPart {
  return {
    type: "finish",
    finishReason,
    usage,
    ...(providerMetadata !== undefined && { providerMetadata }),
  };
}

/** The text parts of an answer, joined. */
export function textOf(content: readonly LanguageModelV4Content[]): string {
  let text = "";
  for (const part of content) if (part.type === "text") text += part.text;
  return text;
}

/**
 * Whether a part commits a stream: the caller has seen content, so that no other attempt can take its place unseen.
 * Reasoning is seen by callers of `model` alone.
 */
export function isCommit(part: LanguageModelV4StreamPart, pattern: Pattern): boolean {
  return isContent(part) && (part.type !== "reasoning-delta" || pattern === "model");
}

/**
 * Whether a part is content: it ends the wait for the first token, and breaks the silence. Custom parts are not:
 * providers send them ahead of the answer, e.g. `anthropic.message_start`.
 */
export function isContent(part: LanguageModelV4StreamPart): boolean {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
    case "tool-input-delta":
      return part.delta !== "";
    case "tool-input-start":
    case "tool-call":
    case "tool-result":
    case "tool-approval-request":
    case "file":
    case "reasoning-file":
    case "source":
      return true;
    default:
      return false;
  }
}
