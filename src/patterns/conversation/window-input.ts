import { type DataMarks, dataMarks } from "../data-marks.ts";
import { kept } from "../kept.ts";
import type { Message } from "../prompt.ts";
import type { Chat } from "./chat.ts";
import { type History, readHistory } from "./history.ts";
import type { Calibration } from "./window/calibration.ts";
import { type FixedParts, fixedTokens } from "./window/messages.ts";
import type { WindowInput } from "./window/plan.ts";

interface InputOptions {
  /** Default: none, for what is planned ahead. */
  readonly message?: Message | undefined;
  /** In place of the one that is kept. */
  readonly calibration?: Calibration | undefined;
}

/** What decides what of a history is sent. */
export function inputOf(
  chat: Chat,
  history: History,
  { message, calibration }: InputOptions = {},
): WindowInput {
  const { turns, summary, state } = history;
  const said = message === undefined ? [] : [message];
  const parts = fixedParts(chat, history, { message: said, noted: true });
  const fixed = fixedTokens(parts, chat.tools);
  return { rule: chat.rule, calibration: calibration ?? state.calibration, fixed, turns, summary };
}

/** @throws StoreUnavailable */
export function read(
  { runtime, id, place }: Chat,
  scope: "open" | "whole" = "open",
): Promise<History> {
  const work = () => readHistory(runtime.conversations, id, scope);
  return kept("The conversation could not be read", work, place);
}

/** What the turn is sent with beside its history; `noted`: the system prompt says what the marks of data mean. */
export function fixedParts(
  { system, pins }: Chat,
  { facts, state }: History,
  { message, noted }: { readonly message: readonly Message[]; readonly noted: boolean },
): FixedParts {
  const marks: DataMarks = dataMarks(state.code);
  const texts = [system, noted ? marks.note : undefined].filter((text) => text !== undefined);
  return {
    system: texts.length === 0 ? undefined : texts.join("\n\n"),
    facts: [...new Set([...pins, ...facts])],
    message,
    mark: marks.mark,
  };
}
