import { type AgentPart, askInTerminal, type Conversation, SeamError } from "llm-seam";
import type { Desk } from "../features.ts";
import { refundAgent } from "../refunds/refund-agent.ts";
import { Shop } from "../refunds/shop.ts";
import { linesOf } from "./lines.ts";
import { openChat } from "./support-chat.ts";

const customer = "Ada Lind";

const greeting = `You are ${customer}. Chat with the desk; an empty line or Ctrl-C leaves. Your order is 48213, a lamp for 39.50 USD.
Whoever asks for a refund talks to the refund agent: try "Refund 12 USD for order 48213", then one of 25 USD,
which you have to agree to as the shop, and one for order 47992, which is not yours.
`;

/** Chats until the person leaves, or the pipe has ended. What has been said is kept: the next time it goes on from there. */
export async function chatInTerminal(desk: Omit<Desk, "signal">): Promise<void> {
  const { stdin, stdout } = process;
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  process.once("SIGINT", leave);
  const signal = stop.signal;
  const lines = linesOf(stdin, stdout, stop);
  const chat = openChat({ ...desk, signal }, "terminal-chat", customer);
  const shop = new Shop();
  try {
    const before = (await chat.history()).length;
    stdout.write(
      `${greeting}${before === 0 ? "" : `This goes on from ${before} turns before.\n`}\n`,
    );
    for (;;) {
      const said = await lines.next("you  > ");
      if (said === undefined || said.trim() === "") break;
      stdout.write("desk > ");
      await answer({ ...desk, signal }, chat, shop, said);
      stdout.write("\n");
      if (signal.aborted) break;
    }
  } finally {
    process.removeListener("SIGINT", leave);
    lines.close();
  }
  stdout.write("\nGoodbye.\n");
}

async function answer(desk: Desk, chat: Conversation, shop: Shop, said: string): Promise<void> {
  try {
    if (/refund|money back/i.test(said)) await askForRefund(desk, chat, shop, said);
    else await talk(desk, chat, said);
  } catch (error) {
    if (desk.signal.aborted) return;
    if (!SeamError.is(error)) throw error;
    process.stdout.write(`(${error.code}: ${error.summary})`);
  }
}

async function talk({ signal }: Desk, chat: Conversation, said: string): Promise<void> {
  const stream = chat.stream(said, { signal });
  for await (const text of stream) process.stdout.write(text);
  const { window } = await stream.result;
  if (window.summarized > 0) {
    process.stdout.write(`\n       (${window.summarized} older turns were sent as a summary)`);
  }
}

/** The agent works on it, and what was said becomes a part of the chat. */
async function askForRefund(
  desk: Desk,
  chat: Conversation,
  shop: Shop,
  said: string,
): Promise<void> {
  const run = refundAgent(desk, shop, customer, askInTerminal({ by: "the shop" })).stream({
    prompt: `${customer} writes in the chat. Do what can be done, and answer.`,
    documents: [{ title: "message", text: said }],
    signal: desk.signal,
  });
  for await (const part of run) process.stdout.write(shown(part));
  const result = await run.result;
  const text = result.outcome === "answered" ? result.text : "Somebody has to agree first.";
  await chat.append([
    { role: "user", content: [{ type: "text", text: said }] },
    { role: "assistant", content: [{ type: "text", text }] },
  ]);
}

function shown(part: AgentPart): string {
  if (part.type === "text") return part.text;
  if (part.type !== "tool-result") return "";
  const reason = part.reason === null ? "" : `: ${part.reason}`;
  return `(${part.name} ${part.outcome}${reason}) `;
}
