import type { StreamAnswer } from "../../call/answer.ts";
import { linkAbort } from "../../util/abort.ts";
import { textsOf } from "../stream.ts";
import { TextStream } from "../text-stream.ts";
import type { Chat } from "./chat.ts";
import { KeptConversation } from "./kept-conversation.ts";
import type { AnsweredTurn, Said, TurnOptions } from "./options.ts";
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
export class Conversation extends KeptConversation {
  readonly #chat: Chat;

  constructor(chat: Chat) {
    super(chat);
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
