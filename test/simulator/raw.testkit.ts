import { request } from "node:http";
import type { Simulator } from "llm-seam/simulator";

/** A provider's interface, as far as the tests need it. */
export interface RawProtocol {
  readonly name: "anthropic" | "openai";
  readonly path: string;
  readonly requestIdHeader: string;
  body(options: RawOptions): object;
  /** The text of a whole JSON body. */
  textOfJson(body: string): string;
  /** The text of all complete events of a stream. */
  textOfStream(body: string): string;
  finishOfJson(body: string): string;
  /** What only a complete stream contains. */
  readonly endOfStream: string;
}

export interface RawOptions {
  readonly stream?: boolean;
  readonly prompt?: string;
  readonly schema?: object;
}

/** What a client without any library sees. */
export interface RawResult {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly chunks: readonly Buffer[];
  readonly text: string;
  /** `complete`: the response ended as HTTP says. `broken`: the connection did. `left`: we went. */
  readonly end: "complete" | "broken" | "left";
}

/** Sends one request and reads until it ends, or leaves after `leaveAfterMs`. */
export function send(
  simulator: Simulator,
  protocol: RawProtocol,
  options: RawOptions & { readonly leaveAfterMs?: number } = {},
): Promise<RawResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status: number | undefined;
    let headers: RawResult["headers"] = {};
    const finish = (end: RawResult["end"]) => {
      clearTimeout(timer);
      resolve({ status, headers, chunks, text: Buffer.concat(chunks).toString(), end });
      outgoing.destroy();
    };
    const outgoing = request(`${simulator.url}${protocol.path}`, {
      method: "POST",
      agent: false,
      headers: { "content-type": "application/json", authorization: "Bearer top-secret" },
    });
    const timer = setTimeout(() => finish("left"), options.leaveAfterMs ?? 10_000);
    outgoing.on("error", () => finish("broken"));
    outgoing.on("response", (incoming) => {
      status = incoming.statusCode;
      headers = incoming.headers;
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", () => finish("broken"));
      incoming.on("end", () => finish(incoming.complete ? "complete" : "broken"));
    });
    outgoing.end(JSON.stringify(protocol.body(options)));
  });
}

/** The JSON of every complete event; an event that is cut or not JSON is left out. */
function eventsOf(body: string): Record<string, unknown>[] {
  return body
    .split("\n\n")
    .slice(0, -1)
    .map((event) => /^data: (\{.*\})$/m.exec(event)?.[1])
    .flatMap((data) => {
      try {
        return data === undefined ? [] : [JSON.parse(data) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
}

const anthropic: RawProtocol = {
  name: "anthropic",
  path: "/v1/messages",
  requestIdHeader: "request-id",
  body: ({ stream = false, prompt = "Where is my order?", schema }) => ({
    model: "claude-sonnet-4-6",
    max_tokens: 1000,
    stream,
    messages: [{ role: "user", content: prompt }],
    ...(schema ? { output_config: { format: { type: "json_schema", schema } } } : {}),
  }),
  textOfJson: (body) =>
    (JSON.parse(body) as { content: { text?: string }[] }).content
      .map((block) => block.text ?? "")
      .join(""),
  textOfStream: (body) =>
    eventsOf(body)
      .map((event) => (event.delta as { text?: string } | undefined)?.text ?? "")
      .join(""),
  finishOfJson: (body) => (JSON.parse(body) as { stop_reason: string }).stop_reason,
  endOfStream: "event: message_stop",
};

const openai: RawProtocol = {
  name: "openai",
  path: "/v1/chat/completions",
  requestIdHeader: "x-request-id",
  body: ({ stream = false, prompt = "Where is my order?", schema }) => ({
    model: "gpt-5-mini",
    stream,
    messages: [{ role: "user", content: prompt }],
    ...(schema
      ? { response_format: { type: "json_schema", json_schema: { name: "wanted", schema } } }
      : {}),
  }),
  textOfJson: (body) =>
    (JSON.parse(body) as { choices: { message: { content: string | null } }[] }).choices
      .map((choice) => choice.message.content ?? "")
      .join(""),
  textOfStream: (body) =>
    eventsOf(body)
      .flatMap((event) => (event.choices ?? []) as { delta: { content?: string } }[])
      .map((choice) => choice.delta.content ?? "")
      .join(""),
  finishOfJson: (body) =>
    (JSON.parse(body) as { choices: { finish_reason: string }[] }).choices[0]?.finish_reason ?? "",
  endOfStream: "data: [DONE]",
};

/** Both interfaces the simulator speaks. */
export const protocols: readonly RawProtocol[] = [anthropic, openai];
