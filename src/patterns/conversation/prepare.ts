import { tokensOfMessages, tokensOfText } from "../../call/estimate.ts";
import { toJson } from "../../call/json.ts";
import { SeamError } from "../../call/seam-error.ts";
import { defaults } from "../../config/defaults.ts";
import { linkAbort, raceAbort } from "../../util/abort.ts";
import type { Message } from "../prompt.ts";
import type { Chat } from "./chat.ts";
import { fold } from "./folds.ts";
import type { ChatState, History } from "./history.ts";
import type { SentWindow } from "./options.ts";
import { type Calibration, realTokens } from "./window/calibration.ts";
import { windowMessages } from "./window/messages.ts";
import { planWindow, planWithoutSummary, type WindowPlan } from "./window/plan.ts";
import { fixedParts, inputOf, read } from "./window-input.ts";

export interface PrepareOptions {
  readonly message: Message;
  /** Ends all waiting: the caller's abort, or the turn's deadline. */
  readonly waiting: AbortSignal;
  readonly deadlineMs: number;
  /** In place of the one that is kept. */
  readonly calibration?: Calibration | undefined;
}

/** A turn as it is sent. */
export interface Prepared {
  readonly history: History;
  readonly calibration: Calibration;
  readonly messages: readonly Message[];
  readonly window: SentWindow;
  /** What the messages were estimated at. */
  readonly estimated: number;
  /** For the event of the turn. */
  readonly notes: readonly string[];
}

/** Reads the history, folds what has to be folded, and makes the prompt. A summary that fails fails no turn. */
export async function prepareTurn(chat: Chat, options: PrepareOptions): Promise<Prepared> {
  const { place } = chat;
  let history = await read(chat);
  let plan = planWindow(inputOf(chat, history, options), place);
  let trouble: unknown;
  if (plan.fold.length > 0) {
    trouble = await foldInTime(chat, options);
    history = await read(chat);
    plan = planWindow(inputOf(chat, history, options), place);
    if (plan.fold.length > 0) plan = planWithoutSummary(inputOf(chat, history, options), place);
  }
  if (history.summary !== undefined && !plan.withSummary) {
    // What the summary stands for is left out with it, and has to be told of.
    history = await read(chat, "whole");
    plan = planWithoutSummary(inputOf(chat, history, options), place);
  }
  return prepared(chat, options, { history, plan, trouble });
}

function prepared(
  chat: Chat,
  { message, calibration }: PrepareOptions,
  made: { readonly history: History; readonly plan: WindowPlan; readonly trouble: unknown },
): Prepared {
  const { history, plan, trouble } = made;
  const { turns, summary, facts, state } = history;
  const noted = plan.withSummary || facts.length + chat.pins.length > 0;
  const parts = fixedParts(chat, history, { message: [message], noted });
  const said = summary && { ...summary, text: spoken(chat, state, summary.text) };
  const messages = windowMessages({ ...parts, plan, turns, summary: said });
  const ofTools = chat.tools === undefined ? 0 : tokensOfText(toJson(chat.tools));
  const estimated = tokensOfMessages(messages) + ofTools;
  const used = calibration ?? state.calibration;
  return {
    history,
    calibration: used,
    messages,
    estimated,
    window: {
      verbatim: plan.verbatim,
      summarized: plan.withSummary ? (summary?.upTo ?? 0) : 0,
      dropped: plan.dropped,
      tokens: realTokens(estimated, used),
    },
    notes: plan.dropped.length === 0 ? [] : [droppedNote(plan.dropped, trouble)],
  };
}

/** The summary as it is sent: links that strangers had put into it would be trusted as the user's own. */
function spoken({ cleanSummary }: Chat, { untrusted }: ChatState, text: string): string {
  return untrusted ? cleanSummary(text) : text;
}

function droppedNote(dropped: readonly number[], trouble: unknown): string {
  const what = `conversation: ${dropped.length} earlier turns (${dropped[0]} to ${dropped.at(-1)}) were left out`;
  if (trouble === undefined) return `${what}, there was no room for a summary`;
  const reason = SeamError.is(trouble) ? trouble.code : String((trouble as Error | null)?.message);
  return `${what}, no summary could be made: ${reason}`;
}

/** What went wrong; `undefined`: it is done. Takes no more of the deadline than its share. */
async function foldInTime(
  chat: Chat,
  options: Pick<PrepareOptions, "message" | "waiting" | "deadlineMs" | "calibration">,
): Promise<unknown> {
  const { waiting, deadlineMs } = options;
  const mostMs = deadlineMs * defaults.conversationTurn.summaryShare;
  const { controller, unlink } = linkAbort(waiting);
  const late = new DOMException(`there was none within ${mostMs} ms`, "TimeoutError");
  const timer = setTimeout(() => controller.abort(late), mostMs);
  try {
    await raceAbort(chat.ahead.running(chat.id) ?? Promise.resolve(), controller.signal);
    const history = await read(chat);
    const plan = planWindow(inputOf(chat, history, options), chat.place);
    if (plan.fold.length > 0) {
      await raceAbort(fold(chat, history, plan, controller.signal), controller.signal);
    }
    return undefined;
  } catch (error) {
    waiting.throwIfAborted();
    return controller.signal.aborted ? late : error;
  } finally {
    clearTimeout(timer);
    unlink();
  }
}
