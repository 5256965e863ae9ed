import type { IncomingMessage, ServerResponse } from "node:http";

const models = ["claude-sonnet-4-6", "claude-haiku-4-5", "gpt-5", "gpt-5-mini", "simulated"];

/** Everything that is not a model call: a sign of life, the list of models, and a helpful 404. */
export function answerOtherRoutes(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  request.resume();
  if (request.method === "GET" && path === "/") {
    const endpoints = ["POST /v1/messages", "POST /v1/chat/completions", "GET /v1/models"];
    send(response, 200, { simulator: true, endpoints });
    return;
  }
  if (request.method === "GET" && path === "/v1/models") {
    send(response, 200, modelList());
    return;
  }
  const message =
    path === "/v1/responses"
      ? "The simulator speaks Chat Completions, not Responses: use openai.chat(model)."
      : `The simulator has no ${request.method} ${path}. It serves POST /v1/messages and POST /v1/chat/completions.`;
  const error = { type: "not_found_error", message, param: null, code: null };
  send(response, 404, { type: "error", error });
}

/** One list that both protocols' clients can read. */
function modelList(): object {
  const data = models.map((id) => ({
    id,
    type: "model",
    object: "model",
    display_name: `${id} (simulated)`,
    created: 1_767_225_600,
    created_at: "2026-01-01T00:00:00Z",
    owned_by: "simulator",
  }));
  return { object: "list", data, has_more: false, first_id: models[0], last_id: models.at(-1) };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
