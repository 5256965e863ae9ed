import { randomBytes } from "node:crypto";
import { tokensOfMessages } from "../../call/estimate.ts";
import { fromJson, toJson } from "../../call/json.ts";
import type { Usage } from "../../call/usage.ts";
import type { ConversationStore, StoredTurn } from "../../state/conversations.ts";
import type { Message } from "../prompt.ts";
import type { PastTurn, SentWindow } from "./options.ts";
import { type Calibration, uncalibrated } from "./window/calibration.ts";
import type { HistoryTurn, Summary } from "./window/turn.ts";

/** What is known of a conversation beside its turns. */
export interface ChatState {
  /** The code of the marks round what is data in its prompts: random, and always the same, so that prompts are. */
  readonly code: string;
  readonly calibration: Calibration;
  /** Whether anything in it may have been written by strangers. */
  readonly untrusted: boolean;
}

/** What a turn is made from. */
export interface History {
  /** How many turns there are. */
  readonly count: number;
  /** Those that are not in the summary, and pinned ones. */
  readonly turns: readonly HistoryTurn[];
  readonly summary: Summary | undefined;
  readonly facts: readonly string[];
  readonly state: ChatState;
}

export interface TurnRecord {
  readonly window: SentWindow;
  readonly usage: Usage;
  readonly cost: number | null;
}

/** @param scope - `whole`: all turns, also those that are in the summary. */
export async function readHistory(
  store: ConversationStore,
  id: string,
  scope: "open" | "whole" = "open",
): Promise<History> {
  const head = await store.get(id);
  const summary = head?.summary ?? undefined;
  const from = scope === "whole" ? 0 : (summary?.upTo ?? 0);
  const turns = head === undefined ? [] : await store.turns(id, from);
  return {
    count: head?.turns ?? 0,
    turns: turns.map(({ index, messages, tokens, pinned }) => ({
      index,
      messages: readMessages(messages),
      tokens,
      pinned,
    })),
    summary,
    facts: head?.pins ?? [],
    state: head?.state == null ? newState() : JSON.parse(head.state),
  };
}

function newState(): ChatState {
  return { code: randomBytes(6).toString("hex"), calibration: uncalibrated, untrusted: false };
}

export interface NewTurn {
  readonly index: number;
  readonly callId: string | null;
  readonly messages: readonly Message[];
  readonly pinned: boolean;
  /** `null` for a turn that is imported. */
  readonly record: TurnRecord | null;
}

export function toStored({ index, callId, messages, pinned, record }: NewTurn): StoredTurn {
  return {
    index,
    time: Date.now(),
    callId,
    messages: toJson(messages),
    tokens: tokensOfMessages(messages),
    pinned,
    record: JSON.stringify(record),
  };
}

export function toPast({ index, time, callId, messages, pinned, record }: StoredTurn): PastTurn {
  const known = JSON.parse(record) as TurnRecord | null;
  return {
    turn: index,
    time: new Date(time),
    callId,
    messages: readMessages(messages),
    pinned,
    window: known?.window ?? null,
    usage: known?.usage ?? null,
    cost: known?.cost ?? null,
  };
}

/** Messages of JSON, with their bytes and their URLs, which JSON has as texts. */
export function readMessages(json: string): Message[] {
  const messages = fromJson(json) as Message[];
  return messages.map((message) => {
    if (message.role !== "user" && message.role !== "assistant") return message;
    if (typeof message.content === "string") return message;
    return { ...message, content: message.content.map(withUrl) } as Message;
  });
}

function withUrl<Part extends { readonly type: string }>(part: Part): Part {
  if (part.type !== "file" || !("data" in part)) return part;
  const data = part.data as { readonly type?: unknown; readonly url?: unknown };
  if (data.type !== "url" || typeof data.url !== "string") return part;
  return { ...part, data: { type: "url", url: new URL(data.url) } };
}
