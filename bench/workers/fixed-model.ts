import type { LanguageModelV4, LanguageModelV4GenerateResult } from "@ai-sdk/provider";

const result: LanguageModelV4GenerateResult = {
  content: [
    {
      type: "text",
      text:
        "Your order has left our warehouse and is with the carrier. It should reach you within two working " +
        "days; if it does not, answer this message and we send a replacement at once.",
    },
  ],
  finishReason: { unified: "stop", raw: "end_turn" },
  usage: {
    inputTokens: { total: 312, noCache: 312, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 64, text: 64, reasoning: 0 },
  },
  warnings: [],
  response: { id: "msg_bench", modelId: "claude-haiku-4-5" },
};

/** A model in this process that answers at once: what is left of a call is the seam. */
export const fixedModel: LanguageModelV4 = {
  specificationVersion: "v4",
  provider: "bench",
  modelId: "fixed",
  supportedUrls: {},
  doGenerate: async () => result,
  doStream: () => Promise.reject(new Error("the fixed model does not stream")),
};
