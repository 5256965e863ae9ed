import type { StreamAnswer } from "../../call/answer.ts";
import { ConfigError, InvalidRequest } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import { linkAbort } from "../../util/abort.ts";
import { kept } from "../kept.ts";
import type { Message } from "../prompt.ts";
import { textsOf } from "../stream.ts";
import { TextStream } from "../text-stream.ts";
import { type AppendOptions, appendTurns } from "./append.ts";
import type { Chat } from "./chat.ts";
import { Folds } from "./folds.ts";
import { toPast } from "./history.ts";
import { Holds } from "./holds.ts";
import type {
  AnsweredTurn,
  ConversationOptions,
  ConversationSummary,
  PastTurn,
  Said,
  TurnOptions,
} from "./options.ts";
import { openTurn, runTurn, type Turn } from "./turn.ts";

/**
 * An answer on its way, as {@link SeamStream}; when the loop has ended, or `result` is there, the turn is kept. Until
 * then the conversation waits. Leaving the loop early, or cancelling, ends the turn, and nothing of it is kept.
 */
export class ConversationStream extends TextStream<AnsweredTurn> {}

/**
 * A history that is kept, and that every turn is sent with as far as it fits the model's window: the newest turns word
 * for word, older ones as a summary. Made anew for each request, it costs next to nothing.
 */
export class Conversation {
  readonly id: string;
  readonly #chat: Chat;

  constructor(chat: Chat) {
    this.id = chat.id;
    this.#chat = chat;
  }

  /**
   * Says something and waits for the answer. The turn is kept when its answer is whole; one that fails leaves nothing.
   * A turn of this conversation that is under way, here or in another process, is waited for.
   *
   * @example const { text } = await chat.send("Where is my order?");
   * @throws SeamError: Busy, where another turn is under way for too long; ContextTooLong, where what is said does not
   *   fit the window; StoreUnavailable, where the history cannot be read, or the turn not be kept: its `text` has the
   *   answer then; and all that `complete` throws
   */
  async send(said: Said, options: TurnOptions = {}): Promise<AnsweredTurn> {
    return runTurn(openTurn(this.#chat, said, options, "generate"));
  }

  /**
   * Says something; the answer comes as it is written.
   *
   * @example for await (const text of chat.stream("Where is my order?")) process.stdout.write(text);
   * @throws ConfigError, InvalidRequest at once; everything else from the loop and from `result`, as `send`
   */
  stream(said: Said, options: TurnOptions = {}): ConversationStream {
    return streamTurn(openTurn(this.#chat, said, options, "stream"));
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
    if (what.trim() === "")
      throw new InvalidRequest("An empty fact says nothing", this.#chat.place);
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

/** All conversations of a seam: what they have in common is here. */
export interface Conversations {
  open(id: string, options: ConversationOptions): Conversation;
  close(): Promise<void>;
}

export function openConversations(runtime: Runtime): Conversations {
  const holds = new Holds(runtime.conversations);
  const folds = new Folds();
  return {
    open: (id, options) => {
      const { task, system, pins = [], tags = {} } = options;
      const rule = runtime.rulesOf(task).conversation;
      checkId(id, task);
      return new Conversation({
        runtime,
        id,
        task,
        system,
        pins,
        tags: { session: id, ...tags, conversation: id },
        rule,
        holds,
        ahead: folds,
        place: { task },
      });
    },
    close: () => folds.close(),
  };
}

const longestId = 200;

function checkId(id: unknown, task: string): void {
  if (typeof id === "string" && id !== "" && id.length <= longestId) return;
  throw new ConfigError(
    {
      summary: `The id of a conversation is a text of 1 to ${longestId} characters`,
      advice: "Give each conversation one that nobody else can choose, e.g. the ticket's.",
    },
    { task },
  );
}

function streamTurn(turn: Turn): ConversationStream {
  const abort = linkAbort(turn.spec.signal);
  const { promise: begun, resolve, reject } = Promise.withResolvers<StreamAnswer>();
  const spec = { ...turn.spec, signal: abort.controller.signal };
  const result = runTurn({ ...turn, spec }, resolve);
  result.catch(reject).finally(abort.unlink);
  return new ConversationStream({
    begun,
    result,
    abort: abort.controller,
    texts: async function* () {
      yield* textsOf(await begun);
      await result;
    },
  });
}
