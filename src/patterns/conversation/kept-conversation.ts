import { InvalidRequest } from "../../errors.ts";
import { kept } from "../kept.ts";
import type { Message } from "../prompt.ts";
import { type AppendOptions, appendTurns } from "./append.ts";
import type { Chat } from "./chat.ts";
import { toPast } from "./history.ts";
import type { ConversationSummary, PastTurn } from "./options.ts";

/** What is kept of a conversation, whoever answers it. */
export abstract class KeptConversation {
  readonly id: string;
  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.id = chat.id;
    this.#chat = chat;
  }

  /** All turns, oldest first. */
  async history(): Promise<readonly PastTurn[]> {
    const { conversations } = this.#chat.runtime;
    return (await this.#read(() => conversations.turns(this.id, 0))).map(toPast);
  }

  /** What stands for older turns in the next prompt; `undefined`: none had to be folded yet. */
  async summary(): Promise<ConversationSummary | undefined> {
    const { conversations } = this.#chat.runtime;
    const found = (await this.#read(() => conversations.get(this.id)))?.summary;
    return found == null ? undefined : { text: found.text, upTo: found.upTo };
  }

  /** The facts that `pin` keeps. */
  async pins(): Promise<readonly string[]> {
    const { conversations } = this.#chat.runtime;
    return (await this.#read(() => conversations.get(this.id)))?.pins ?? [];
  }

  /**
   * Keeps a fact, or a turn by its number, in every later prompt, word for word. Facts are sent as data: the model is told
   * not to follow instructions in them.
   *
   * @example await chat.pin("The customer's order is A-4711.");
   * @throws InvalidRequest where there is no such turn
   */
  async pin(what: string | number): Promise<void> {
    const { conversations } = this.#chat.runtime;
    if (typeof what === "number") return this.#setPinned(what, true);
    if (typeof what !== "string" || what.trim() === "") {
      throw new InvalidRequest("A fact is a text that is not empty", this.#chat.place);
    }
    await this.#write(() => conversations.pin(this.id, what));
  }

  /** Takes a fact, or a turn, back; a fact that is not there is no error. */
  async unpin(what: string | number): Promise<void> {
    const { conversations } = this.#chat.runtime;
    if (typeof what === "number") return this.#setPinned(what, false);
    await this.#write(() => conversations.unpin(this.id, what));
  }

  /**
   * Adds turns that were had elsewhere: each user message begins one, and what follows belongs to it.
   *
   * @example await chat.append(await oldHistoryOf(ticket));
   * @throws InvalidRequest for messages that are none; Busy, StoreUnavailable as `send`
   */
  async append(messages: readonly Message[], options: AppendOptions = {}): Promise<void> {
    await appendTurns(this.#chat, messages, options);
  }

  /**
   * Removes the conversation from the store: turns, summary, pins. A turn that is under way cannot be kept any more. The
   * events of its calls go with `retention`.
   */
  async delete(): Promise<void> {
    const { conversations } = this.#chat.runtime;
    await this.#write(() => conversations.delete(this.id));
  }

  async #setPinned(turn: number, pinned: boolean): Promise<void> {
    const { conversations } = this.#chat.runtime;
    if (await this.#write(() => conversations.setPinned(this.id, turn, pinned))) return;
    throw new InvalidRequest(`The conversation has no turn ${turn}`, this.#chat.place);
  }

  #read<Result>(work: () => Promise<Result>): Promise<Result> {
    return kept("The conversation could not be read", work, this.#chat.place);
  }

  #write<Result>(work: () => Promise<Result>): Promise<Result> {
    return kept("The conversation could not be changed", work, this.#chat.place);
  }
}
