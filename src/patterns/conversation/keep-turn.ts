import { kept } from "../kept.ts";
import type { Message } from "../prompt.ts";
import { StoreUnavailable } from "../run-errors.ts";
import type { Chat } from "./chat.ts";
import { type TurnRecord, toStored } from "./history.ts";
import type { Prepared } from "./prepare.ts";
import { calibrated } from "./window/calibration.ts";

export interface FinishedTurn {
  readonly holder: string;
  readonly sent: Pick<Prepared, "history" | "calibration" | "estimated">;
  readonly callId: string;
  readonly text: string;
  readonly messages: readonly Message[];
  readonly pinned: boolean;
  readonly record: TurnRecord;
  /** What the provider counted of the prompt; `null`: nothing. */
  readonly real: number | null;
  /** Whether strangers may have had a part in it. */
  readonly untrusted?: boolean;
  /** The paused run that it ends. */
  readonly endsPause?: string;
}

/** Keeps a whole turn. One that cannot be kept is an error that has its text: it was paid for. */
export async function keepTurn(chat: Chat, turn: FinishedTurn): Promise<void> {
  const { runtime, id, task, place } = chat;
  const { holder, sent, callId, text, messages, pinned, record, real, endsPause } = turn;
  const { count, state } = sent.history;
  const next = {
    ...state,
    calibration: calibrated(sent.calibration, { estimated: sent.estimated, real }),
    untrusted: state.untrusted || turn.untrusted === true,
  };
  const row = toStored({ index: count, callId, messages, pinned, record });
  const added = { id, holder, task, turns: [row], state: JSON.stringify(next), endsPause };
  const context = { ...place, callId };
  const failed = "The answer is here, but the turn could not be kept";
  const add = () => runtime.conversations.add(added);
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
