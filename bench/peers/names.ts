/** Every peer, in the order of the tables. The names are those of the calls that are measured. */
export const peerNames = [
  "fetch",
  "@anthropic-ai/sdk",
  "AI SDK generateText",
  "LangChain ChatAnthropic",
  "seam",
] as const;

export type PeerName = (typeof peerNames)[number];

/** The peer that the ratios are given against. */
export const yardstick: PeerName = "AI SDK generateText";
