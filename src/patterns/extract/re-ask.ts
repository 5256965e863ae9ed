import type { JSONSchema7 } from "@ai-sdk/provider";
import type { ModelRequest } from "../../call/request.ts";
import type { RejectedOutput } from "../../errors.ts";
import { issueList } from "../issue-list.ts";

/** The same request once more, with the model's own answer and exactly what was wrong with it. */
export function correctiveRequest(
  request: ModelRequest,
  rejected: RejectedOutput,
  jsonSchema: JSONSchema7 | undefined,
): ModelRequest {
  const shape =
    jsonSchema === undefined ? "." : ` that fits this JSON Schema:\n${JSON.stringify(jsonSchema)}`;
  const text = `Your answer could not be used:\n${issueList(rejected.issues)}\n\nAnswer again, with nothing but JSON${shape}`;
  return {
    ...request,
    prompt: [
      ...request.prompt,
      { role: "assistant", content: [{ type: "text", text: rejected.text || "(no text)" }] },
      { role: "user", content: [{ type: "text", text }] },
    ],
  };
}
