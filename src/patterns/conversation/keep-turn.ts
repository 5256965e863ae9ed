import { kept } from "../kept.ts";
import type { Message } from "../prompt.ts";
import { StoreUnavailable } from "../run-errors.ts";
import type { Chat } from "./chat.ts";
import { toStored } from "./history.ts";
import type { AnsweredTurn } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { calibrated } from "./window/calibration.ts";

export interface FinishedTurn {
  readonly holder: string;
  readonly sent: Prepared;
  readonly answer: AnsweredTurn;
  readonly messages: readonly Message[];
  readonly pinned: boolean;
}

/** Keeps a whole turn. One that cannot be kept is an error that has its text: it was paid for. */
export async function keepTurn(chat: Chat, turn: FinishedTurn): Promise<void> {
  const { runtime, id, task, place } = chat;
  const { holder, sent, answer, messages, pinned } = turn;
  const { callId, text, usage, cost, window, source } = answer;
  const real = source === "model" ? usage.inputTokens : null;
  const calibration = calibrated(sent.calibration, { estimated: sent.estimated, real });
  const state = { ...sent.history.state, calibration };
  const index = answer.turn;
  const record = { window, usage, cost };
  const row = toStored({ index, callId, messages, pinned, record });
  const add = () =>
    runtime.conversations.add({ id, holder, task, turns: [row], state: JSON.stringify(state) });
  const context = { ...place, callId };
  const failed = "The answer is here, but the turn could not be kept";
  const isKept = await kept(failed, add, context).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new StoreUnavailable(
      { summary: error.summary, text },
      { ...context, cause: error.cause },
    );
  });
  if (!isKept) {
    const why = "the conversation was deleted, or went on elsewhere, meanwhile";
    throw new StoreUnavailable({ summary: `${failed}: ${why}`, text }, context);
  }
  if (chat.rule.summarize === "background") chat.ahead.start(chat);
}
