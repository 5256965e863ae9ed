import type { PeerName } from "./names.ts";
import type { OpenPeer } from "./peer.ts";

/** Loads one peer and none of the others, so that each process holds its own peer alone. */
const loaders: Readonly<Record<PeerName, () => Promise<OpenPeer>>> = {
  fetch: async () => (await import("./fetch.ts")).openFetch,
  "@anthropic-ai/sdk": async () => (await import("./anthropic-sdk.ts")).openAnthropicSdk,
  "AI SDK generateText": async () => (await import("./ai-sdk.ts")).openAiSdk,
  "LangChain ChatAnthropic": async () => (await import("./langchain.ts")).openLangChain,
  seam: async () => (await import("./seam.ts")).openSeam,
};

export function loadPeer(name: PeerName): Promise<OpenPeer> {
  return loaders[name]();
}
