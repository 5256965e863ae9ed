import type { Command } from "commander";
import { ConfigError } from "../../errors.ts";
import { toPast } from "../../patterns/conversation/history.ts";
import type { StoredConversation } from "../../state/conversations.ts";
import { wholeNumber } from "../filters.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../find-store.ts";
import { jsonLine } from "../output/clean.ts";
import { conversationColumns, renderConversation } from "../output/conversation.ts";
import { renderTable } from "../output/table.ts";
import { note, print } from "../output/terminal.ts";

interface ListOptions extends StoreOptions {
  readonly limit?: number;
  readonly json?: true;
}

type ShowOptions = Pick<ListOptions, "store" | "config" | "json">;

const defaultLimit = 50;

const listExamples = `
Examples:
  seam conversations
  seam conversations --json | jq 'select(.turns > 100) | .id'
  seam conversations show ticket-4711`;

const showExamples = `
Each turn says what of the history it was sent with, and the call that answered it: that one has the
whole prompt, for as long as events are kept.

Examples:
  seam conversations show ticket-4711
  seam conversations show ticket-4711 --json | jq '.history[].window'
  seam calls --tag conversation=ticket-4711        its calls, with those that wrote summaries`;

export function addConversations(program: Command): void {
  const command = program
    .command("conversations")
    .description("List the conversations, the one that was added to last first.")
    .enablePositionalOptions();
  withStoreOptions(command)
    .option(
      "--limit <count>",
      `at most so many; default: ${defaultLimit}`,
      wholeNumber(1, 1_000_000),
    )
    .option("--json", "one JSON object a line")
    .addHelpText("after", listExamples)
    .action(list);
  const one = command
    .command("show")
    .description("Show one conversation: its turns, what is in its summary, and what was left out.")
    .argument("<id>", "its id");
  withStoreOptions(one)
    .option("--json", "one JSON object, with its turns in `history`")
    .addHelpText("after", showExamples)
    .action(show);
}

async function list({ limit = defaultLimit, json, ...options }: ListOptions): Promise<void> {
  const { path, from } = await findStore(options);
  const { openConversationReader } = await import("../../stores/sqlite/conversation-reader.ts");
  using reader = openConversationReader(path);
  if (!json) note(`${shortPath(path)} (${from})`);
  const found = await reader.list({ limit });
  if (json) for (const conversation of found) print(jsonLine(known(conversation)));
  else if (found.length === 0) note("There is no conversation.");
  else print(renderTable(conversationColumns, found));
  if (!json && found.length === limit) {
    note(`The limit of ${limit} is reached, so there may be more: --limit.`);
  }
}

async function show(id: string, options: ShowOptions): Promise<void> {
  const { path } = await findStore(options);
  const { openConversationReader } = await import("../../stores/sqlite/conversation-reader.ts");
  using reader = openConversationReader(path);
  const conversation = await reader.get(id);
  if (conversation === undefined) {
    throw new ConfigError({
      summary: `No conversation in ${reader.path} has the id ${JSON.stringify(id)}`,
      advice: "`seam conversations` lists them. A turn is written when its answer is whole.",
    });
  }
  const history = (await reader.turns(id, 0)).map(toPast);
  print(
    options.json
      ? jsonLine({ ...known(conversation), history })
      : renderConversation(conversation, history),
  );
}

/** Without what only the conversation itself can read. */
function known({
  state: _state,
  ...conversation
}: StoredConversation): Omit<StoredConversation, "state"> {
  return conversation;
}
