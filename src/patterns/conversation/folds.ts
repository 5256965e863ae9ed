import { tokensOfText } from "../../call/estimate.ts";
import { withoutFamily } from "../../call/family.ts";
import { ContextTooLong } from "../../errors.ts";
import { kept } from "../kept.ts";
import type { Chat, FoldsAhead } from "./chat.ts";
import type { History } from "./history.ts";
import { summarize } from "./summarize.ts";
import { fitted, transcriptOf } from "./transcript.ts";
import { planAhead, type WindowPlan } from "./window/plan.ts";
import type { HistoryTurn } from "./window/turn.ts";
import { inputOf, read } from "./window-input.ts";

/** Of the summarizing task's window, what messages may take: the rest is for instructions, notes and misjudgement. */
const transcriptShare = 0.6;
/** A piece of no more tokens is not cut in half any more: then it is not the piece that is too long. */
const leastPiece = 200;

export class Folds implements FoldsAhead {
  readonly #running = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  start(chat: Chat): void {
    const { signal } = this.#closing;
    if (this.#running.has(chat.id) || signal.aborted) return;
    const running = withoutFamily(() => foldNearlyFull(chat, signal))
      // Its call has told of it in an event; the next turn folds itself.
      .catch(() => {})
      .finally(() => this.#running.delete(chat.id));
    this.#running.set(chat.id, running);
  }

  running(id: string): Promise<void> | undefined {
    return this.#running.get(id);
  }

  /** Ends all of them: the next turn begins them again. */
  async close(): Promise<void> {
    this.#closing.abort(new DOMException("The seam was closed.", "AbortError"));
    await Promise.all(this.#running.values());
  }
}

async function foldNearlyFull(chat: Chat, signal: AbortSignal): Promise<void> {
  const history = await read(chat);
  const plan = planAhead(inputOf(chat, history));
  if (plan.fold.length > 0) await fold(chat, history, plan, signal);
}

/**
 * Folds what the plan says into the summary, in pieces that the summarizing task has room for; each is kept at once. One
 * that its provider finds too long is cut in half. Where somebody else has folded meanwhile, theirs stands, and this one
 * ends.
 */
export async function fold(
  chat: Chat,
  { turns, summary, state }: History,
  { fold: indexes, summaryRoom: room }: WindowPlan,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, id, rule, tags, place } = chat;
  const { window } = runtime.rulesOf(rule.summaryTask).conversation;
  let most = Math.floor((window * transcriptShare) / Math.max(1, state.calibration.ratio ?? 1));
  const wanted = new Set(indexes);
  let left = turns.filter(({ index }) => wanted.has(index));
  let before = summary;
  for (let piece = pieceOf(left, most); piece !== undefined; piece = pieceOf(left, most)) {
    const { transcript, upTo, tokens } = piece;
    const options = { runtime, task: rule.summaryTask, tags, signal, before: before?.text };
    const text = await summarize({ ...options, transcript, room }).catch((error: unknown) => {
      if (error instanceof ContextTooLong && tokens > leastPiece) return undefined;
      throw error;
    });
    if (text === undefined) {
      most = Math.floor(tokens / 2);
      continue;
    }
    const next = { text, upTo, tokens: tokensOfText(text) };
    const keep = () => runtime.conversations.summarize(id, next, before?.upTo ?? 0);
    if (!(await kept("The summary could not be kept", keep, place))) return;
    before = next;
    left = left.filter(({ index }) => index >= upTo);
  }
}

interface Piece {
  readonly transcript: string;
  readonly upTo: number;
  readonly tokens: number;
}

/** The first turns, as many as take at most so many tokens; one that has more is shortened. */
function pieceOf(turns: readonly HistoryTurn[], most: number): Piece | undefined {
  const texts: string[] = [];
  let tokens = 0;
  let upTo = 0;
  for (const { index, messages } of turns) {
    const text = fitted(transcriptOf(messages), most);
    const size = tokensOfText(text);
    if (texts.length > 0 && tokens + size > most) break;
    texts.push(text);
    tokens += size;
    upTo = index + 1;
  }
  return texts.length === 0 ? undefined : { transcript: texts.join("\n\n"), upTo, tokens };
}
