import Anthropic from "@anthropic-ai/sdk";
import { type OpenPeer, request } from "./peer.ts";

/** The provider's own client, with its defaults. */
export const openAnthropicSdk: OpenPeer = (url) => {
  const client = new Anthropic({ apiKey: request.apiKey, baseURL: url });
  const ask = (prompt: string) => ({
    model: request.model,
    max_tokens: request.maxTokens,
    system: request.system,
    messages: [{ role: "user" as const, content: prompt }],
  });
  return {
    async complete(prompt) {
      const [block] = (await client.messages.create(ask(prompt))).content;
      return block?.type === "text" ? block.text : "";
    },
    async stream(prompt) {
      let pieces = 0;
      for await (const event of client.messages.stream(ask(prompt))) {
        if (event.type === "content_block_delta" && event.delta.type === "text_delta") pieces++;
      }
      return pieces;
    },
  };
};
