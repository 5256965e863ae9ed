import { APICallError } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { classify } from "./classify.ts";

function codeOf(type: string, message: string): string {
  const error = new APICallError({
    ...{ message, url: "http://localhost/v1", requestBodyValues: {}, statusCode: 400 },
    responseBody: JSON.stringify({ error: { type, message } }),
    data: { error: { type, message } },
  });
  return classify(error, { place: { task: "chat" }, secrets: [] }).code;
}

/** What providers answer, each in its own words. */
test.each([
  ["invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum"],
  [
    "invalid_request_error",
    "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or `max_tokens` and try again",
  ],
  ["context_length_exceeded", "Your input exceeds the limit of this model."],
  [
    "invalid_request_error",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
  ],
  [
    "exceed_context_size_error",
    "the request exceeds the available context size, try increasing it",
  ],
  [
    "INVALID_ARGUMENT",
    "The input token count (1189211) exceeds the maximum number of tokens allowed (1048576).",
  ],
])("a prompt that is too long is told as such: %s, %s", (type, message) => {
  expect(codeOf(type, message)).toBe("ContextTooLong");
});

test("another invalid request is none", () => {
  const message = "max_tokens: must be greater than or equal to 1";
  expect(codeOf("invalid_request_error", message)).toBe("InvalidRequest");
});
