import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";

/** For servers that take no JSON schema: asks for it in words, as the first thing the model reads. */
export function schemaIntoPrompt(options: LanguageModelV4CallOptions): LanguageModelV4CallOptions {
  const { responseFormat, ...rest } = options;
  if (responseFormat?.type !== "json" || responseFormat.schema === undefined) return options;
  const instruction = `Answer with JSON only, no prose and no code fences. It must fit this JSON Schema:\n${JSON.stringify(responseFormat.schema)}`;
  const [first, ...others] = rest.prompt;
  const prompt: LanguageModelV4CallOptions["prompt"] =
    first?.role === "system"
      ? [{ ...first, content: `${first.content}\n\n${instruction}` }, ...others]
      : [{ role: "system", content: instruction }, ...rest.prompt];
  return { ...rest, prompt };
}
