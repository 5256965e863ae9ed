import { linkAbort } from "../../util/abort.ts";
import { type AgentStream, doneOf } from "../agent/agent-stream.ts";
import { TextStream } from "../text-stream.ts";
import {
  type AgentTurn,
  type AgentTurnOptions,
  type AnyAgentConversation,
  resumeAgentTurn,
  runAgentTurn,
} from "./agent-turn.ts";
import type { Chat } from "./chat.ts";
import { KeptConversation } from "./kept-conversation.ts";
import type { Said } from "./options.ts";

/**
 * A conversation whose turns are runs of an agent, each under the grant. What its tools were given and gave back is part
 * of the history; once anything untrusted was read, every later turn counts as having read it.
 */
export class AgentConversation extends KeptConversation {
  readonly #chat: Chat;
  readonly #agent: AnyAgentConversation;

  constructor(chat: Chat, options: AnyAgentConversation) {
    super(chat);
    this.#chat = chat;
    this.#agent = options;
  }

  /**
   * Says something and waits for the answer, or until somebody must agree to a call of a tool. A turn that waits is not in
   * the history yet, and holds nothing up.
   *
   * @example
   * const turn = await chat.send("Refund order A-4711, please.");
   * if (turn.outcome === "paused") tellWhoDecides(turn.approvals);
   * @throws SeamError as `Conversation.send`, and as an agent's `run`
   */
  async send(said: Said, options: AgentTurnOptions = {}): Promise<AgentTurn> {
    return runAgentTurn(this.#chat, this.#agent, said, options);
  }

  /** The same; what the model says comes as it is written. */
  stream(said: Said, options: AgentTurnOptions = {}): TextStream<AgentTurn> {
    const { controller, unlink } = linkAbort(options.signal);
    const { promise: begun, resolve, reject } = Promise.withResolvers<AgentStream>();
    const own = { ...options, signal: controller.signal };
    const result = runAgentTurn(this.#chat, this.#agent, said, own, resolve);
    result.catch(reject).finally(unlink);
    return new TextStream({
      begun,
      result,
      abort: controller,
      done: doneOf,
      texts: async function* () {
        yield* (await begun).texts();
        await result;
      },
    });
  }

  /**
   * Goes on with a turn that waits, once its approvals are decided or have expired, in this process or another. It takes
   * its place in the history when it is answered. Before, it comes back as it was, paused.
   *
   * @throws InvalidRequest where no such turn waits, and as an agent's `resume`
   */
  async resume(
    runId: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<AgentTurn> {
    return resumeAgentTurn(this.#chat, this.#agent, runId, options);
  }
}
