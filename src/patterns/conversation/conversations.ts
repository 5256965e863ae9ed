import { plain } from "../../call/template.ts";
import { ConfigError, InvalidRequest } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import { templatesIn } from "../prompt.ts";
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
    if (typeof options !== "object" || options === null) {
      throw new InvalidRequest("The conversation has no options: give at least its `task`");
    }
    const { task, system: given, pins = [], tags = {} } = options;
    const system = plain(given);
    const rule = runtime.rulesOf(task).conversation;
    checkId(id, task);
    checkTexts({ system, pins }, task);
    return {
      runtime,
      id,
      task,
      system,
      templates: templatesIn({ role: "system", content: given ?? "" }),
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

/** A lone surrogate is no text: stores write another character for it, so that different ids would be one. */
function checkId(id: unknown, task: string): void {
  const isText = typeof id === "string" && id.isWellFormed();
  if (isText && id !== "" && id.length <= longestId) return;
  throw new ConfigError(
    {
      summary: `The id of a conversation is a text of 1 to ${longestId} characters`,
      advice: "Give each conversation one that nobody else can choose, e.g. the ticket's.",
    },
    { task },
  );
}

function checkTexts(
  { system, pins }: { readonly system: unknown; readonly pins: unknown },
  task: string,
): void {
  const isText = (value: unknown): boolean => typeof value === "string";
  if (system !== undefined && !isText(system))
    throw new InvalidRequest("`system` must be a text", { task });
  if (!Array.isArray(pins) || !pins.every(isText)) {
    throw new InvalidRequest("`pins` must be a list of texts", { task });
  }
}
