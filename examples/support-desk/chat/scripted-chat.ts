import { openEvents } from "llm-seam/events";
import type { Desk } from "../features.ts";
import { eventFile } from "../seam.config.ts";
import { openChat } from "./support-chat.ts";

/** What a chat that runs past its window came to. Tokens are of input, summaries included. */
export interface ChatFacts {
  readonly turns: number;
  /** How often a summary was written. */
  readonly summaries: number;
  /** Turns that stand in the summary at the end. */
  readonly summarized: number;
  readonly summary: string;
  /** Of the longest prompt of a turn. */
  readonly longestInput: number;
  readonly inputTokens: number;
  /** What they would have been with the whole history each time: an estimate by the tokens of the answers. */
  readonly wholeHistory: number;
}

const messages = [
  "Hello!",
  "Which bulb does the Nordlys lamp take?",
  "Is the kettle made for induction?",
  "How do I clean it?",
  "And where is my parcel?",
  "Can I wash the lamp shade, too?",
  "Is the kettle heavy when it is full? I have a weak wrist.",
  "Does the lamp come in green?",
  "When will you deliver to Norway?",
  "My neighbour wants the same kettle. Is it in stock?",
  "What if the lamp breaks?",
  "Do you wrap gifts?",
  "How heavy is the kettle, by the way?",
  "Is the lamp sold with a dimmer?",
  "Can my parcel be left at the door?",
  "Do you have wooden spoons as well?",
  "And a lid for the kettle?",
  "Until when can I send something back?",
  "Which bulb was it again?",
  "Thank you!",
];

/** Holds the chat. Answers are awaited one by one, as a customer does. */
export async function holdChat(desk: Desk): Promise<ChatFacts> {
  const id = "demo-chat";
  const chat = openChat(desk, id, "Ada Lind");
  const turns = [];
  for (const message of messages) {
    const { usage } = await chat.send(message, { signal: desk.signal });
    const said = Math.ceil(message.length / 4) + (usage.outputTokens ?? 0);
    turns.push({ input: usage.inputTokens ?? 0, said });
  }
  const summary = await chat.summary();
  await desk.seam.flush();
  using events = openEvents(eventFile);
  const sent = await events.stats({ tags: { conversation: id }, by: ["task"] });
  return {
    turns: turns.length,
    summaries: sent.find(({ task }) => task === "summarize")?.calls ?? 0,
    summarized: summary?.upTo ?? 0,
    summary: summary?.text ?? "",
    longestInput: Math.max(...turns.map(({ input }) => input)),
    inputTokens: sent.reduce((sum, { inputTokens }) => sum + (inputTokens ?? 0), 0),
    wholeHistory: wholeHistoryOf(turns),
  };
}

/** Each turn would be sent with what the first one was sent with, and with all that was said before. */
function wholeHistoryOf(
  turns: readonly { readonly input: number; readonly said: number }[],
): number {
  let [sum, history] = [0, turns[0]?.input ?? 0];
  for (const { said } of turns) {
    sum += history;
    history += said;
  }
  return sum;
}
