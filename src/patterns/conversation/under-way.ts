import type { ErrorContext } from "../../call/seam-error.ts";
import { ContextTooLong, DeadlineExceeded, InvalidRequest } from "../../errors.ts";
import { linkAbort } from "../../util/abort.ts";
import type { Message } from "../prompt.ts";
import type { Chat } from "./chat.ts";
import { type Prepared, prepareTurn } from "./prepare.ts";
import { afterTooLong } from "./window/calibration.ts";

/** What holds while a turn is under way. */
export interface UnderWay {
  readonly holder: string;
  /** Aborts with the caller, and at the turn's deadline. */
  readonly waiting: AbortSignal;
  /** When its deadline is, in milliseconds of `performance.now()`. */
  readonly at: number;
}

export interface HeldOptions {
  readonly signal: AbortSignal | undefined;
  readonly onBusy: "wait" | "fail" | undefined;
  readonly deadlineMs: number;
}

export interface TurnStart extends HeldOptions {
  readonly message: Message;
  /** What the conversation is planned with, when it is the turn's turn: a turn that had to wait for it first would join the line too late. */
  readonly outfit: (chat: Chat) => Chat | Promise<Chat>;
}

/** Works when it is the turn's turn. The deadline holds for what waits, and is told to the work. */
export async function held<Result>(
  { id, rule, place, holds }: Chat,
  { signal, onBusy = rule.onBusy, deadlineMs }: HeldOptions,
  work: (under: UnderWay) => Promise<Result>,
): Promise<Result> {
  const at = performance.now() + deadlineMs;
  const { controller, unlink } = linkAbort(signal);
  const expired = { limit: "deadline", limitMs: deadlineMs, isUnsent: true } as const;
  const expire = (): void => controller.abort(new DeadlineExceeded(expired, place));
  const timer = setTimeout(expire, deadlineMs);
  const waiting = controller.signal;
  const hold = { id, place, onBusy, busyWaitMs: rule.busyWaitMs, signal: waiting };
  try {
    return await holds.during(hold, (holder) => work({ holder, waiting, at }));
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

/** How often a prompt that its provider finds too long is made anew, no more than half as long. */
const mostHalvings = 3;

/** The same, with the prompt made; one that a provider finds too long is made anew, smaller. */
export function underWay<Result>(
  plain: Chat,
  { message, outfit, ...options }: TurnStart,
  ask: (sent: Prepared, under: UnderWay, chat: Chat) => Promise<Result>,
): Promise<Result> {
  const { deadlineMs } = options;
  return held(plain, options, async (under) => {
    const { waiting } = under;
    const chat = await outfit(plain);
    let sent = await prepareTurn(chat, { message, waiting, deadlineMs });
    for (let halvings = 0; ; halvings++) {
      waiting.throwIfAborted();
      try {
        return await ask(sent, under, chat);
      } catch (error) {
        // Steps that an agent has made are not made again.
        const isLast = halvings === mostHalvings;
        if (!(error instanceof ContextTooLong) || error.steps.length > 0 || isLast) throw error;
        const calibration = afterTooLong(sent.calibration, sent.estimated, chat.rule.window);
        const smaller = { message, waiting, deadlineMs, calibration };
        sent = await prepareTurn(chat, smaller).catch((second: unknown) => {
          // What the provider says of its limit is worth more than our guess at it.
          throw second instanceof ContextTooLong ? error : second;
        });
      }
    }
  });
}

export function checkOnBusy({ onBusy }: { readonly onBusy?: unknown }, place: ErrorContext): void {
  if (onBusy === undefined || onBusy === "wait" || onBusy === "fail") return;
  throw new InvalidRequest('`onBusy` must be "wait" or "fail"', place);
}
