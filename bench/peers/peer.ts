/** One way to ask a model, ready to be measured. */
export interface Peer {
  /** Asks once and returns the whole text. */
  complete(prompt: string): Promise<string>;
  /** Asks once, reads the text piece by piece, and returns how many pieces came. */
  stream(prompt: string): Promise<number>;
  /** Finishes work that was put off, so that it is measured with the calls that caused it. */
  settle?(): Promise<void>;
  close?(): Promise<void>;
}

/** Opens a peer against a server, whose address has no path behind it that the protocol would add. */
export type OpenPeer = (url: string) => Peer;

/** What every peer asks for. */
export const request = {
  apiKey: "bench",
  model: "claude-haiku-4-5",
  maxTokens: 1_024,
  system:
    "You answer customers of a shop for garden tools. Be short and kind. Say what happened, what happens " +
    "next, and by when. Promise no refund that the rules do not give: within 30 days, unused, in its box. " +
    "Never name a colleague, a carrier's employee or a price that is not in the order. Answer in the " +
    "language of the customer. If the customer is angry, apologise once and then help.",
} as const;
