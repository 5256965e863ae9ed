import type { Conversation } from "llm-seam";
import type { Desk } from "../features.ts";

/** The chat with one customer. Its history is in the store: any process may go on with it. */
export function openChat({ seam, tags }: Desk, id: string, customer: string): Conversation {
  return seam.conversation(id, {
    task: "support-chat",
    system: "You chat with customers of a shop for kitchenware and lamps, kindly and briefly.",
    pins: [`The customer is ${customer}.`],
    tags: { ...tags, user: customer },
  });
}
