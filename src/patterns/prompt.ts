import type { LanguageModelV4Message } from "@ai-sdk/provider";
import type { ModelRequest } from "../call/request.ts";
import type { PlacedTemplate } from "../call/static-prompt.ts";
import { isTemplate, plain, type Template, type Text } from "../call/template.ts";
import { InvalidRequest } from "../errors.ts";
import type { CallOptions } from "../runtime.ts";

type Content<Role extends LanguageModelV4Message["role"]> = Extract<
  LanguageModelV4Message,
  { role: Role }
>["content"];

/** One message of a conversation: text, or the parts of the AI SDK's prompt (text, files, tool calls and results). */
export type Message =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string | Content<"user"> }
  | { readonly role: "assistant"; readonly content: string | Content<"assistant"> }
  | { readonly role: "tool"; readonly content: Content<"tool"> };

type Part<Role extends "user" | "assistant"> =
  | Content<Role>[number]
  | { readonly type: "text"; readonly text: Template };

/** A message that is sent: its texts may be templates. */
export type PromptMessage =
  | { readonly role: "system"; readonly content: Text }
  | { readonly role: "user"; readonly content: Text | readonly Part<"user">[] }
  | { readonly role: "assistant"; readonly content: Text | readonly Part<"assistant">[] }
  | { readonly role: "tool"; readonly content: Content<"tool"> };

/** A rule for one call: its answer, or `undefined` to ask the model. Must not return a promise. */
export interface RuleOption<Answer> {
  /**
   * Answers without a model where the answer is certain.
   *
   * @example rule: () => prices.get(article)
   */
  readonly rule?: (() => Answer | undefined) | undefined;
}

/** What every pattern takes: a prompt or messages, and what this one call changes. */
export interface PromptOptions extends CallOptions {
  /** What the user asks. Either this or `messages`. */
  readonly prompt?: Text | undefined;
  /** The conversation so far. Either this or `prompt`. */
  readonly messages?: readonly PromptMessage[] | undefined;
  /** Instructions to the model, before everything else. */
  readonly system?: Text | undefined;
  /** Extra HTTP headers for the provider. Not part of a cache key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a call says beside its prompt; nothing else that an untyped caller may have put there. */
export function callOptionsOf(options: CallOptions): CallOptions {
  const { signal, limits, cache, tags, settings } = options;
  return { signal, limits, cache, tags, settings };
}

/** What is asked: the request, and which of its texts were templates. */
export interface Asked {
  readonly request: ModelRequest;
  readonly templates: readonly PlacedTemplate[];
}

/** The model request of a prompt; throws InvalidRequest for one that says nothing, or says it twice. */
export function askedOf(task: string, options: PromptOptions): Asked {
  if (typeof options !== "object" || options === null) {
    throw new InvalidRequest("The call has no options: give at least a `prompt`", { task });
  }
  const { prompt, messages, system, headers, signal } = options;
  if (signal !== undefined && typeof signal.addEventListener !== "function") {
    throw new InvalidRequest("`signal` is no AbortSignal", { task });
  }
  if ((prompt === undefined) === (messages === undefined)) {
    throw new InvalidRequest("Give either `prompt` or `messages`, and not both", { task });
  }
  if (prompt !== undefined && !isFilled(plain(prompt))) {
    throw new InvalidRequest("`prompt` must be a text that is not empty", { task });
  }
  if (messages !== undefined && (!Array.isArray(messages) || messages.length === 0)) {
    throw new InvalidRequest("`messages` must be a list that is not empty", { task });
  }
  const turns: PromptMessage[] = [
    ...(system === undefined ? [] : [{ role: "system", content: system } as const]),
    ...(messages ?? [{ role: "user", content: prompt ?? "" } as const]),
  ];
  return {
    request: {
      prompt: turns.map((message, index) => toModelMessage(plainMessage(message), index, task)),
      ...(headers !== undefined && { headers: { ...headers } }),
    },
    templates: turns.flatMap(templatesIn),
  };
}

function isFilled(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "";
}

/** The message with its texts as a model reads them. */
export function plainMessage(message: PromptMessage): Message {
  const content: unknown = (message as PromptMessage | null)?.content;
  if (isTemplate(content)) return { ...message, content: content.text } as Message;
  if (!Array.isArray(content) || !content.some(isTemplatePart)) return message as Message;
  const parts = content.map((part) =>
    isTemplatePart(part) ? { ...part, text: part.text.text } : part,
  );
  return { ...message, content: parts } as Message;
}

/** The templates that a message is made of. */
export function templatesIn({ role, content }: PromptMessage): PlacedTemplate[] {
  if (role === "tool" || typeof content === "string") return [];
  const parts: readonly unknown[] = isTemplate(content) ? [{ text: content }] : content;
  const texts = parts.filter(isTemplatePart).map(({ text }) => text);
  return texts.map(({ text, literals, variables }) => ({ role, text, literals, variables }));
}

function isTemplatePart(part: unknown): part is { readonly type: "text"; readonly text: Template } {
  return isTemplate((part as { readonly text?: unknown } | null)?.text);
}

function toModelMessage(message: Message, index: number, task: string): LanguageModelV4Message {
  const content: unknown = (message as Message | null)?.content;
  if (typeof content !== "string" && !Array.isArray(content)) {
    throw new InvalidRequest(`messages.${index}.content must be a text or a list of parts`, {
      task,
    });
  }
  checkParts(message, index, task);
  switch (message.role) {
    case "system":
      return { role: "system", content: message.content };
    case "user":
      return { role: "user", content: parts(message.content) };
    case "assistant":
      return { role: "assistant", content: parts(message.content) };
    case "tool":
      return { role: "tool", content: [...message.content] };
    default: {
      const { role } = message as { role: unknown };
      throw new InvalidRequest(
        `messages.${index}.role is ${JSON.stringify(role)}; it must be system, user, assistant or tool`,
        { task },
      );
    }
  }
}

function parts<Part>(content: string | readonly Part[]): (Part | { type: "text"; text: string })[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : [...content];
}

/** Parts as untyped callers may have made them: what is none would fail far from here, or be left out unseen. */
function checkParts({ role, content }: Message, index: number, task: string): void {
  if (role === "tool" && typeof content === "string") {
    throw new InvalidRequest(`messages.${index}.content must be a list of parts`, { task });
  }
  if (typeof content === "string") return;
  for (const [at, part] of content.entries()) {
    const { type, text, data } = ((part as unknown) ?? {}) as Readonly<Record<string, unknown>>;
    const lacksText = type === "text" && typeof text !== "string";
    const lacksData = type === "file" && (typeof data !== "object" || data === null);
    if (typeof type === "string" && !lacksText && !lacksData) continue;
    throw new InvalidRequest(
      `messages.${index}.content.${at} must be a part of the AI SDK's prompt, e.g. { type: "text", text: "…" }`,
      { task },
    );
  }
}
