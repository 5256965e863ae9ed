import { ConfigError } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import { AgentConversation } from "./agent-conversation.ts";
import type { AnyAgentConversation } from "./agent-turn.ts";
import type { Chat } from "./chat.ts";
import { Conversation } from "./conversation.ts";
import { Folds } from "./folds.ts";
import { Holds } from "./holds.ts";
import type { ConversationOptions } from "./options.ts";

/** All conversations of a seam: what they have in common is here. */
export interface Conversations {
  open(id: string, options: ConversationOptions): Conversation;
  openWithTools(id: string, options: AnyAgentConversation): AgentConversation;
  close(): Promise<void>;
}

export function openConversations(runtime: Runtime): Conversations {
  const holds = new Holds(runtime.conversations);
  const folds = new Folds();
  const chatOf = (id: string, options: ConversationOptions): Chat => {
    const { task, system, pins = [], tags = {} } = options;
    const rule = runtime.rulesOf(task).conversation;
    checkId(id, task);
    return {
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
      tools: undefined,
      cleanSummary: (text) => text,
    };
  };
  return {
    open: (id, options) => new Conversation(chatOf(id, options)),
    openWithTools: (id, options) => new AgentConversation(chatOf(id, options), options),
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
