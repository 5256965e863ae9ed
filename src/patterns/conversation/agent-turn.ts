import { toJson } from "../../call/json.ts";
import type { Tags } from "../../call/labels.ts";
import type { ModelRequest } from "../../call/request.ts";
import { InvalidRequest } from "../../errors.ts";
import { agent } from "../agent/agent.ts";
import type { AgentStream } from "../agent/agent-stream.ts";
import { grantedTools } from "../agent/gate/granted-tools.ts";
import type { Grant } from "../agent/grant.ts";
import { grantFor } from "../agent/grant-for.ts";
import { guardText } from "../agent/guard/guard-text.ts";
import type {
  AgentOptions,
  AnsweredRun,
  PausedRun,
  RunOptions,
  RunResult,
  UntrustedDocument,
} from "../agent/options.ts";
import type { AgentTools } from "../agent/tool.ts";
import { schemaOf } from "../agent/tools/schema.ts";
import { kept } from "../kept.ts";
import { type Message, templatesIn } from "../prompt.ts";
import { StoreUnavailable } from "../run-errors.ts";
import type { Chat } from "./chat.ts";
import { readHistory, readMessages } from "./history.ts";
import { keepTurn } from "./keep-turn.ts";
import type { ConversationOptions, Said, SentWindow, TurnOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { messageOf } from "./turn.ts";
import { checkOnBusy, held, type UnderWay, underWay } from "./under-way.ts";

/** A conversation whose turns are runs of an agent: see {@link AgentOptions}. */
export interface AgentConversationOptions<
  Task extends string = string,
  Tools extends AgentTools = AgentTools,
  Context = undefined,
> extends ConversationOptions<Task>,
    Omit<AgentOptions<Tools, Context>, "system" | "tags"> {}

export type AnyAgentConversation = AgentConversationOptions<string, AgentTools, unknown>;

/** What one turn of an agent changes. The run has its own deadline, `agent.deadline`. */
export interface AgentTurnOptions extends Pick<TurnOptions, "pin" | "onBusy"> {
  /** Tickets, mails, pages that are read with this turn: marked as data. */
  readonly documents?: readonly UntrustedDocument[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly tags?: Tags | undefined;
}

/** A turn that is kept, or one that waits for approval: `resume` goes on with it, and it is kept then. */
export type AgentTurn =
  | (AnsweredRun & { readonly turn: number; readonly window: SentWindow })
  | (PausedRun & { readonly window: SentWindow });

/** What is kept of a turn while it waits. */
interface Paused {
  readonly pinned: boolean;
  readonly window: SentWindow;
  readonly tags: Tags;
}

/** Answers a turn by the run of an agent; `onStream`: it is streamed, and its first text is there. */
export async function runAgentTurn(
  plain: Chat,
  agentOptions: AnyAgentConversation,
  said: Said,
  options: AgentTurnOptions,
  onStream?: (stream: AgentStream) => void,
): Promise<AgentTurn> {
  const message = messageOf(said, plain);
  checkOnBusy(options, plain.place);
  const { signal, onBusy, documents } = options;
  const { deadlineMs } = plain.runtime.rulesOf(plain.task).limits;
  const tags = { ...plain.tags, ...options.tags };
  const grant = grantFor(plain.task, agentOptions, agentOptions.context);
  const outfit = (chat: Chat) => withTools(chat, agentOptions.tools, grant);
  return underWay(
    plain,
    { message, signal, onBusy, deadlineMs, outfit },
    async (sent, under, chat) => {
      const { system, messages } = withoutSystem(sent.messages);
      const { count, state } = sent.history;
      const run: RunOptions = {
        messages,
        documents,
        untrusted: state.untrusted,
        // A turn that is tried again gives its tools the same keys, so that what they did is not done twice.
        key: `${chat.id}#${count}`,
        signal,
      };
      const templates = [...chat.templates, ...templatesIn({ role: "user", content: said })];
      const made = agentOf(chat, agentOptions, { system, tags, templates });
      const result =
        onStream === undefined ? await made.run(run) : await streamed(made.stream(run), onStream);
      const paused = { pinned: options.pin === true, window: sent.window, tags };
      return finished(chat, { result, message, paused, sent, under, endsPause: undefined });
    },
  );
}

/** Goes on with a turn that waits; it takes its place in the history when it is answered. */
export async function resumeAgentTurn(
  chat: Chat,
  agentOptions: AnyAgentConversation,
  runId: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<AgentTurn> {
  const { runtime, id, task, place } = chat;
  const { deadlineMs } = runtime.rulesOf(task).limits;
  return held(chat, { signal, onBusy: undefined, deadlineMs }, async (under) => {
    const failed = "The conversation could not be read";
    const waiting = await kept(failed, () => runtime.conversations.paused(id), place);
    const snapshot = waiting.find((turn) => turn.runId === runId)?.snapshot;
    if (snapshot === undefined) {
      throw new InvalidRequest(`No turn of this conversation waits with the run ${runId}`, place);
    }
    const [message] = readMessages(JSON.stringify(JSON.parse(snapshot).messages));
    const paused = JSON.parse(snapshot).paused as Paused;
    if (message === undefined) throw new TypeError("a paused turn has no message");
    const made = agentOf(chat, agentOptions, {
      ...{ system: chat.system, tags: paused.tags, templates: [] },
    });
    const result = await made.resume(runId, { signal }).catch(async (error: unknown) => {
      // The run is over, or nobody knows it any more: then nothing is to be waited for.
      if (error instanceof InvalidRequest) await runtime.conversations.forgetPaused(id, runId);
      throw error;
    });
    const history = await kept(failed, () => readHistory(runtime.conversations, id), place);
    const sent = { history, calibration: history.state.calibration, estimated: 0 };
    return finished(chat, { result, message, paused, sent, under, endsPause: runId });
  });
}

interface Finished {
  readonly result: RunResult;
  readonly message: Message;
  readonly paused: Paused;
  readonly sent: Pick<Prepared, "history" | "calibration" | "estimated">;
  readonly under: UnderWay;
  readonly endsPause: string | undefined;
}

async function finished(
  chat: Chat,
  { result, message, paused, sent, under, endsPause }: Finished,
): Promise<AgentTurn> {
  const { window, pinned } = paused;
  if (result.outcome === "paused") {
    const snapshot = toJson({ messages: [message], paused });
    await keepPaused(chat, { runId: result.runId, snapshot }, under.holder);
    return { ...result, window };
  }
  const { callId, text, usage, cost, untrusted } = result;
  await keepTurn(chat, {
    ...{ holder: under.holder, sent, callId, text, pinned, untrusted },
    messages: [message, ...result.messages],
    record: { window, usage, cost },
    real: result.steps[0]?.usage.inputTokens ?? null,
    ...(endsPause !== undefined && { endsPause }),
  });
  return { ...result, turn: sent.history.count, window };
}

async function keepPaused(
  { runtime, id, place }: Chat,
  turn: { readonly runId: string; readonly snapshot: string },
  holder: string,
): Promise<void> {
  const failed = `The run ${turn.runId} waits for approval, but its turn could not be kept`;
  if (await kept(failed, () => runtime.conversations.pause(id, turn, holder), place)) return;
  throw new StoreUnavailable(`${failed}: the conversation was deleted meanwhile`, place);
}

function agentOf(
  { runtime, task }: Chat,
  { tools, grant, context, approve, limits, settings }: AnyAgentConversation,
  {
    templates,
    ...own
  }: {
    readonly system: string | undefined;
    readonly tags: Tags;
    readonly templates: Chat["templates"];
  },
) {
  return agent(
    runtime,
    task,
    { tools, grant, context, approve, limits, settings, ...own },
    templates,
  );
}

/** The conversation as its window has to be planned for an agent. */
async function withTools(chat: Chat, tools: AgentTools, grant: Grant): Promise<Chat> {
  const shown: NonNullable<ModelRequest["tools"]> = [];
  for (const [name, tool] of Object.entries(grantedTools(tools, grant))) {
    const { jsonSchema: inputSchema } = await schemaOf(name, tool);
    const description = typeof tool.description === "string" ? tool.description : undefined;
    shown.push({
      type: "function",
      name,
      inputSchema,
      ...(description !== undefined && { description }),
    });
  }
  const rule = { hosts: grant.hosts ?? [], trusted: [] };
  return { ...chat, tools: shown, cleanSummary: (text) => guardText(text, rule).text };
}

function withoutSystem(messages: readonly Message[]): {
  readonly system: string | undefined;
  readonly messages: readonly Message[];
} {
  const [first, ...others] = messages;
  if (first?.role !== "system") return { system: undefined, messages };
  return { system: first.content, messages: others };
}

async function streamed(
  stream: AgentStream,
  onStream: (stream: AgentStream) => void,
): Promise<RunResult> {
  const parts = stream[Symbol.asyncIterator]();
  try {
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
      if (next.value.type === "text") break;
    }
    onStream(stream);
  } catch {
    // The result says it, too.
  }
  return stream.result;
}
