import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeam, type Seam } from "llm-seam";
import { openEvents } from "llm-seam/events";
import { type SimulatedRequest, startSimulator } from "llm-seam/simulator";
import { type ChatTurn, supportChat } from "../workers/support-chat.ts";
import type { Bench } from "./suite.ts";

/** What a chat took from its first turn to its last, summaries included. */
export interface ChatCost {
  readonly requests: number;
  readonly inputTokens: number;
  /** Of these, what the provider's prompt cache had. */
  readonly cachedTokens: number;
  /** US dollars, with the prompt cache and without. */
  readonly cost: number;
  readonly costUncached: number;
  /** Input tokens of the longest request. */
  readonly longest: number;
  /** The share of the turns' prompts that was the beginning of the prompt before. */
  readonly stability: number;
}

/** One replay of the chat. */
type Replayed = Omit<ChatCost, "costUncached">;

const chatTask = "support-chat";
export const chatModel = "anthropic/claude-sonnet-5-5";
export const summaryModel = "anthropic/claude-haiku-4-5";
const chatWindow = 12_000;
const slidingTurns = 24;

const strategies = {
  "full history": fullHistory,
  [`the last ${slidingTurns} turns`]: slidingWindow,
  "seam.conversation": summaries,
};

export type ChatCosts = Readonly<Record<string, ChatCost>>;

/** The same chat with three ways of choosing what of its history is sent. */
export async function measureConversation({ size, progress }: Bench): Promise<ChatCosts> {
  const turns = supportChat(size.chatTurns);
  const costs: Record<string, ChatCost> = {};
  for (const [name, hold] of Object.entries(strategies)) {
    progress(`conversation: ${turns.length} turns with ${name}`);
    const cached = await replay(turns, hold, true);
    const { cost } = await replay(turns, hold, false);
    costs[name] = { ...cached, costUncached: cost };
  }
  return costs;
}

type ChatSeam = Seam<typeof chatTask | "summarize">;
type Hold = (seam: ChatSeam, turns: readonly ChatTurn[]) => Promise<void>;

const system =
  "You answer customers of a garden shop, kindly and in few sentences. You promise nothing that the order's record " +
  "does not say, and ask when something is missing.";

async function fullHistory(seam: ChatSeam, turns: readonly ChatTurn[]): Promise<void> {
  await sendLast(seam, turns, turns.length);
}

async function slidingWindow(seam: ChatSeam, turns: readonly ChatTurn[]): Promise<void> {
  await sendLast(seam, turns, slidingTurns);
}

async function sendLast(seam: ChatSeam, turns: readonly ChatTurn[], most: number): Promise<void> {
  for (const [index, { said }] of turns.entries()) {
    const earlier = turns.slice(Math.max(0, index - most), index).flatMap(
      (turn) =>
        [
          { role: "user", content: turn.said },
          { role: "assistant", content: turn.answer },
        ] as const,
    );
    const messages = [...earlier, { role: "user", content: said } as const];
    await seam.complete(chatTask, { system, messages });
  }
}

async function summaries(seam: ChatSeam, turns: readonly ChatTurn[]): Promise<void> {
  const chat = seam.conversation("bench", { task: chatTask, system });
  for (const { said } of turns) await chat.send(said);
}

async function replay(
  turns: readonly ChatTurn[],
  hold: Hold,
  promptCache: boolean,
): Promise<Replayed> {
  const simulator = await startSimulator({
    script: {
      replies: [
        { match: { task: "summarize" }, reply: notes },
        { reply: ({ prompt }) => answerTo(prompt, turns) },
      ],
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "seam-bench-chat-"));
  const store = join(folder, "seam.db");
  const seam = createSeam({
    store,
    providers: {
      anthropic: { baseURL: simulator.baseURL, apiKey: "not-a-key", taskHeader: "x-seam-task" },
    },
    defaults: { promptCache, conversation: { window: chatWindow } },
    tasks: { [chatTask]: { model: chatModel }, summarize: { model: summaryModel } },
  });
  try {
    await hold(seam, turns);
    await seam.close();
    return await costOf(store, simulator.requests);
  } finally {
    await seam.close();
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a model of the length that it is asked for would write. */
const notes = `${"The customer asks about several orders; A-4711 is on its way, a refund of 23.90 is due. ".repeat(22)}`;

/** Every message begins with its turn's number. */
function answerTo(prompt: string, turns: readonly ChatTurn[]): string {
  const number = [...prompt.matchAll(/\((\d+)\) /g)].at(-1)?.[1];
  const turn = turns[Number(number) - 1];
  if (turn === undefined) throw new Error(`No turn of the chat says ${prompt}`);
  return turn.answer;
}

async function costOf(store: string, requests: readonly SimulatedRequest[]): Promise<Replayed> {
  const events = openEvents(store);
  const [all] = await events.stats({ by: [] });
  events.close();
  if (all === undefined || all.errors > 0 || all.unpricedAttempts > 0) {
    throw new Error("Not every request of the chat was answered and paid for");
  }
  const usages = requests.flatMap(({ answer }) => (answer === undefined ? [] : [answer.usage]));
  const sum = (of: "inputTokens" | "cachedInputTokens"): number =>
    usages.reduce((total, usage) => total + usage[of], 0);
  return {
    requests: requests.length,
    inputTokens: sum("inputTokens"),
    cachedTokens: sum("cachedInputTokens"),
    cost: all.costUsd ?? 0,
    longest: Math.max(...usages.map(({ inputTokens }) => inputTokens)),
    stability: stabilityOf(requests.filter(({ task }) => task === chatTask)),
  };
}

/** How much of all prompts but the first is the beginning of the one before, mark for mark. */
function stabilityOf(requests: readonly SimulatedRequest[]): number {
  let common = 0;
  let all = 0;
  let before = "";
  for (const { body } of requests) {
    const { system, messages } = body as { system: unknown; messages: unknown };
    const text = JSON.stringify([system, messages], (key, value: unknown) =>
      key === "cache_control" ? undefined : value,
    );
    if (before !== "") {
      common += sharedLength(before, text);
      all += text.length;
    }
    before = text;
  }
  return all === 0 ? 0 : common / all;
}

function sharedLength(left: string, right: string): number {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  return length;
}
