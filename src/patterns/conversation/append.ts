import type { ErrorContext } from "../../call/seam-error.ts";
import { InvalidRequest } from "../../errors.ts";
import { kept } from "../kept.ts";
import { askedOf, type Message } from "../prompt.ts";
import { StoreUnavailable } from "../run-errors.ts";
import type { Chat } from "./chat.ts";
import { readHistory, toStored } from "./history.ts";

export interface AppendOptions {
  /** Ends the wait for a turn that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** Adds turns that were had elsewhere, all of them or none. */
export async function appendTurns(
  chat: Chat,
  messages: readonly Message[],
  { signal = new AbortController().signal }: AppendOptions,
): Promise<void> {
  const { runtime, id, task, rule, place, holds } = chat;
  const turns = turnsOf(messages, chat);
  const { onBusy, busyWaitMs } = rule;
  await holds.during({ id, onBusy, busyWaitMs, signal, place }, async (holder) => {
    const read = () => readHistory(runtime.conversations, id);
    const { count, state } = await kept("The conversation could not be read", read, place);
    const rows = turns.map((said, offset) =>
      toStored({
        index: count + offset,
        callId: null,
        messages: said,
        pinned: false,
        record: null,
      }),
    );
    const failed = "The messages could not be added";
    const added = { id, holder, task, turns: rows, state: JSON.stringify(state) };
    if (await kept(failed, () => runtime.conversations.add(added), place)) return;
    const why = "the conversation was deleted, or went on elsewhere, meanwhile";
    throw new StoreUnavailable(`${failed}: ${why}`, place);
  });
}

function turnsOf(messages: readonly Message[], { task, place }: Chat): Message[][] {
  askedOf(task, { messages });
  const turns: Message[][] = [];
  for (const message of messages) {
    if (message.role === "system") {
      throw new InvalidRequest("A history has no system messages: `system` is an option", place);
    }
    const last = turns.at(-1);
    if (message.role === "user" || last === undefined) turns.push([message]);
    else last.push(message);
  }
  for (const turn of turns) checkPairs(turn, place);
  return turns;
}

/** A provider refuses every prompt with a call that has no result, or a result without its call before it. */
function checkPairs(turn: readonly Message[], place: ErrorContext): void {
  const waiting = new Set<string>();
  const refused = (id: string, what: string): InvalidRequest =>
    new InvalidRequest(`The ${what} ${JSON.stringify(id)} stands alone in its turn`, place);
  for (const { role, content } of turn) {
    for (const part of typeof content === "string" ? [] : content) {
      if (part.type === "tool-call" && part.providerExecuted !== true) waiting.add(part.toolCallId);
      if (role !== "tool" || part.type !== "tool-result") continue;
      if (!waiting.delete(part.toolCallId)) throw refused(part.toolCallId, "result of the call");
    }
  }
  for (const id of waiting) throw refused(id, "call of a tool");
}
