import { expect, test } from "vitest";
import type { ModelRequest } from "../call/request.ts";
import { endpointOf } from "./endpoint.ts";
import { takesPrefill } from "./prefill.ts";
import type { ProviderConfig } from "./types.ts";

const request: ModelRequest = { prompt: [] };

function takes(
  model: string,
  asked: Partial<ModelRequest> = {},
  config: ProviderConfig = {},
): boolean {
  const [provider = "", id = ""] = model.split("/");
  const endpoint = endpointOf(provider, { baseURL: "http://localhost:1/v1", ...config }, {});
  return takesPrefill(endpoint, id, { ...request, ...asked });
}

test.each([
  ["anthropic/claude-3-haiku-20240307", true],
  ["anthropic/claude-3-7-sonnet-latest", true],
  ["anthropic/claude-opus-4-20250514", true],
  ["anthropic/claude-opus-4-1", true],
  ["anthropic/claude-sonnet-4-5-20250929", true],
  ["anthropic/claude-haiku-4-5", true],
  ["anthropic/claude-opus-4-6", false],
  ["anthropic/claude-sonnet-4-6", false],
  ["anthropic/claude-opus-4-10", false],
  ["anthropic/claude-sonnet-5", false],
  ["anthropic/claude-haiku-6-20270101", false],
  ["openai/gpt-4.1", false],
  ["ollama/claude-3-haiku", false],
])("%s takes a prefill: %s", (model, wanted) => {
  expect(takes(model)).toBe(wanted);
});

test("not while the model thinks", () => {
  const thinking = (type: string): Partial<ModelRequest> => ({
    providerOptions: { anthropic: { thinking: { type } } },
  });
  const model = "anthropic/claude-haiku-4-5";
  expect(takes(model, { reasoning: "low" })).toBe(false);
  expect(takes(model, thinking("enabled"))).toBe(false);
  expect(takes(model, { reasoning: "none" })).toBe(true);
  expect(takes(model, { reasoning: "low", ...thinking("disabled") })).toBe(true);
});

test("the config has the last word", () => {
  expect(takes("vllm/qwen3", {}, { prefill: true })).toBe(true);
  expect(takes("anthropic/claude-haiku-4-5", {}, { prefill: false })).toBe(false);
});
