import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { StreamAnswer } from "../../call/answer.ts";
import { textOf } from "../../call/assemble.ts";
import type { Call } from "../../call/call.ts";
import { toJson } from "../../call/json.ts";
import { plain } from "../../call/template.ts";
import { defaults } from "../../config/defaults.ts";
import { InvalidRequest, Truncated } from "../../errors.ts";
import type { CallSpec } from "../../runtime.ts";
import { askedOf, callOptionsOf, type Message, plainMessage, templatesIn } from "../prompt.ts";
import { refuseRefusals, summarize } from "../result.ts";
import { sendStream, wholeOf } from "../stream.ts";
import type { Chat } from "./chat.ts";
import { keepTurn } from "./keep-turn.ts";
import type { AnsweredTurn, Said, TurnOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { checkOnBusy, type UnderWay, underWay } from "./under-way.ts";

/** A turn that has been checked, and not been sent. */
export interface Turn {
  readonly chat: Chat;
  readonly message: Message;
  readonly options: TurnOptions;
  readonly spec: Omit<CallSpec, "request">;
  readonly deadlineMs: number;
}

/** Checks a turn; throws InvalidRequest and ConfigError before anything is waited for. */
export function openTurn(
  chat: Chat,
  said: Said,
  options: TurnOptions,
  mode: "generate" | "stream",
): Turn {
  const { runtime, task, tags, place } = chat;
  const message = messageOf(said, chat);
  const templates = [...chat.templates, ...templatesIn({ role: "user", content: said })];
  if (typeof options !== "object" || options === null) {
    throw new InvalidRequest("The options of a turn must be an object", place);
  }
  const spec = {
    ...callOptionsOf(options),
    tags: { ...tags, ...options.tags },
    task,
    pattern: "conversation",
    mode,
    accept: refuseRefusals,
    templates,
  } as const;
  checkOnBusy(options, place);
  const { request } = askedOf(task, { messages: [message], signal: options.signal });
  const { limits } = runtime.prepare({ ...spec, request });
  return { chat, message, options, spec, deadlineMs: limits.deadlineMs };
}

/** Sends the turn when it is its turn, and keeps it when its answer is whole. */
export function runTurn(
  turn: Turn,
  onAnswer?: (answer: StreamAnswer) => void,
): Promise<AnsweredTurn> {
  const { chat, message, options, spec, deadlineMs } = turn;
  const { onBusy } = options;
  const start = { message, onBusy, signal: spec.signal, deadlineMs, outfit: () => chat };
  return underWay(chat, start, (sent, under) => ask(turn, sent, { ...under, onAnswer }));
}

type Asking = UnderWay & { readonly onAnswer: ((answer: StreamAnswer) => void) | undefined };

async function ask(turn: Turn, sent: Prepared, under: Asking): Promise<AnsweredTurn> {
  const { chat, message, spec, options } = turn;
  const { runtime, task } = chat;
  under.waiting.throwIfAborted();
  const prepared = runtime.prepare({
    ...spec,
    request: askedOf(task, { messages: sent.messages }).request,
  });
  const call = { ...prepared, deadline: { at: under.at } };
  call.trace.notes.push(...sent.notes);
  const result = await resultOf(turn, call, under);
  const reply = replyOf(result, call);
  const answer: AnsweredTurn = {
    outcome: "answered",
    text: textOf(result.content),
    ...summarize(call, result),
    turn: sent.history.count,
    window: sent.window,
  };
  const { callId, text, usage, cost, source } = answer;
  await keepTurn(chat, {
    holder: under.holder,
    sent,
    callId,
    text,
    messages: [message, reply],
    pinned: options.pin === true,
    record: { window: sent.window, usage, cost },
    real: source === "model" ? usage.inputTokens : null,
  });
  return answer;
}

async function resultOf(
  { chat: { runtime } }: Turn,
  call: Call,
  { onAnswer }: Asking,
): Promise<LanguageModelV4GenerateResult> {
  if (onAnswer === undefined) return runtime.generate(call);
  const answer = await sendStream(runtime, call);
  onAnswer(answer);
  return wholeOf(answer);
}

type UserMessage = Extract<Message, { role: "user" }>;
type Reply = Exclude<Extract<Message, { role: "assistant" }>["content"], string>;

/** What of an answer later prompts hold: reasoning and sources are for this turn alone. */
function replyOf({ content }: LanguageModelV4GenerateResult, { id, task }: Call): Message {
  const parts = content.flatMap((part): Reply => {
    if (part.type === "text") return part.text === "" ? [] : [{ type: part.type, text: part.text }];
    return part.type === "file"
      ? [{ type: part.type, mediaType: part.mediaType, data: part.data }]
      : [];
  });
  if (parts.length === 0) throw new Truncated("", { task, callId: id });
  return { role: "assistant", content: parts };
}

/** What is said, as a message; throws InvalidRequest for what says nothing, or too much. */
export function messageOf(said: Said, { task, place }: Chat): UserMessage {
  const content: unknown = plain(said);
  const isText = typeof content === "string";
  if (isText ? content.trim() === "" : !Array.isArray(content) || content.length === 0) {
    throw new InvalidRequest("A turn needs a text or a list of parts that is not empty", place);
  }
  const message = plainMessage({ role: "user", content: said }) as UserMessage;
  askedOf(task, { messages: [message] });
  const { maxBytes } = defaults.conversationTurn;
  const bytes = Buffer.byteLength(toJson(message));
  if (bytes <= maxBytes) return message;
  throw new InvalidRequest(
    `What is said takes ${bytes} bytes in the store, and a turn may have ${maxBytes}: give large files by URL`,
    place,
  );
}
