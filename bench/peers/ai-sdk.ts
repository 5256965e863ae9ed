import { createAnthropic } from "@ai-sdk/anthropic";
import { generateText, streamText } from "ai";
import { type OpenPeer, request } from "./peer.ts";

/** The AI SDK's generateText and streamText, with their defaults and nothing switched on. */
export const openAiSdk: OpenPeer = (url) => {
  const model = createAnthropic({ apiKey: request.apiKey, baseURL: `${url}/v1` })(request.model);
  const ask = (prompt: string) => ({
    model,
    instructions: request.system,
    prompt,
    maxOutputTokens: request.maxTokens,
  });
  return {
    complete: async (prompt) => (await generateText(ask(prompt))).text,
    async stream(prompt) {
      let pieces = 0;
      for await (const _text of streamText(ask(prompt)).textStream) pieces++;
      return pieces;
    },
  };
};
