import { ChatAnthropic } from "@langchain/anthropic";
import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { type OpenPeer, request } from "./peer.ts";

/** LangChain's chat model for the same protocol, with its defaults. */
export const openLangChain: OpenPeer = (url) => {
  const model = new ChatAnthropic({
    apiKey: request.apiKey,
    anthropicApiUrl: url,
    model: request.model,
    maxTokens: request.maxTokens,
  });
  const ask = (prompt: string) => [new SystemMessage(request.system), new HumanMessage(prompt)];
  return {
    complete: async (prompt) => (await model.invoke(ask(prompt))).text,
    async stream(prompt) {
      let pieces = 0;
      for await (const chunk of await model.stream(ask(prompt))) if (chunk.text !== "") pieces++;
      return pieces;
    },
  };
};
