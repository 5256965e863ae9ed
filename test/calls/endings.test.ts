import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSeam } from "llm-seam";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collect, rejection } from "../support/harness.ts";

/** A server of a few lines, with a mind of its own. */
async function serve(answer: (response: ServerResponse) => void) {
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const limits = { total: "5s", silence: "1s", firstToken: "3s" } as const;
  const seam = createSeam({
    store: false,
    providers: {
      anthropic: { baseURL, apiKey: "test-key" },
      openai: { baseURL, apiKey: "test-key" },
    },
    defaults: { retry: { attempts: 2, baseDelay: 1 }, attempt: limits },
    tasks: { claude: { model: "anthropic/claude-haiku-4-5" }, gpt: { model: "openai/gpt-5-mini" } },
  });
  return {
    seam,
    [Symbol.asyncDispose]: async () => {
      await seam.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function sse(response: ServerResponse, events: readonly object[]): void {
  if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) {
    const name = "type" in event ? `event: ${String(event.type)}\n` : "";
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
  }
}

const usage = { input_tokens: 5, output_tokens: 1 };
const claudeBegins = [
  {
    type: "message_start",
    message: {
      id: "m",
      type: "message",
      role: "assistant",
      model: "c",
      content: [],
      stop_reason: null,
      usage,
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "half of" } },
];
const gptSays = (content: string, finish: string | null = null): object => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "g",
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});

describe("a stream without the provider's own finish is none", () => {
  test("Anthropic: message_stop without a stop reason", async () => {
    await using server = await serve((response) => {
      sse(response, [
        ...claudeBegins,
        { type: "content_block_stop", index: 0 },
        { type: "message_stop" },
      ]);
      response.end();
    });
    const { pieces, error } = await collect(server.seam.stream("claude", { prompt: "x" }));
    expect(pieces.join("")).toBe("half of");
    expect(error).toMatchObject({ code: "StreamInterrupted", text: "half of" });
  });

  test("OpenAI: a finish reason that is an error", async () => {
    await using server = await serve((response) => {
      sse(response, [gptSays("half of"), gptSays("", "error")]);
      response.end("data: [DONE]\n\n");
    });
    const { error } = await collect(server.seam.stream("gpt", { prompt: "x" }));
    expect(error).toMatchObject({ code: "StreamInterrupted", text: "half of" });
  });
});

describe("what is whole stays whole, whatever becomes of the connection after [DONE]", () => {
  test.each([
    ["left open", () => {}],
    [
      "reset",
      (response: ServerResponse) => setTimeout(() => response.socket?.resetAndDestroy(), 20),
    ],
  ])("%s", async (_name, after) => {
    await using server = await serve((response) => {
      sse(response, [gptSays("all of "), gptSays("it", "stop")]);
      response.write("data: [DO");
      setTimeout(() => {
        response.write("NE]\n\n");
        after(response);
      }, 10);
    });
    const stream = server.seam.stream("gpt", { prompt: "x" });
    const { pieces, error } = await collect(stream);
    expect([pieces.join(""), error]).toEqual(["all of it", undefined]);
    expect((await stream.result).finishReason).toBe("stop");
  });

  test("an answer that speaks of [DONE] is not cut there", async () => {
    await using server = await serve((response) => {
      sse(response, [gptSays("\ndata: [DONE]\n"), gptSays(" is the mark", "stop")]);
      response.end("data: [DONE]\n\n");
    });
    const { pieces } = await collect(server.seam.stream("gpt", { prompt: "x" }));
    expect(pieces.join("")).toBe("\ndata: [DONE]\n is the mark");
  });
});

test("an error inside a stream is no HTTP status, and what it cost is unknown", async () => {
  await using server = await serve((response) => {
    const error = { type: "overloaded_error", message: "Overloaded" };
    sse(response, [...claudeBegins, { type: "error", error }]);
    response.end();
  });
  const { error } = await collect(server.seam.stream("claude", { prompt: "x" }));
  expect(error).toMatchObject({
    code: "StreamInterrupted",
    attempts: [{ outcome: "Overloaded", status: 200, costUsd: null }],
  });
  expect((error as Error).message).toContain("reported an error (overloaded_error)");
});

test("an error page of any size holds nothing up", async () => {
  await using server = await serve((response) => {
    response.writeHead(500, { "content-type": "text/html" });
    response.end(`<html>${"\n".repeat(400_000)}</html>`);
  });
  const begun = performance.now();
  const error = await rejection(server.seam.complete("claude", { prompt: "x" }));
  expect(error).toMatchObject({ code: "ProviderUnavailable", status: 500 });
  expect(performance.now() - begun).toBeLessThan(3_000);
});

test("answers nested beyond all measure are refused, streamed or not", async () => {
  await using server = await serve((response) => {
    sse(response, [gptSays("[".repeat(100_000)), gptSays("", "stop")]);
    response.end("data: [DONE]\n\n");
  });
  const schema = z.object({ a: z.string() });
  const stream = server.seam.streamExtract("gpt", { prompt: "x", schema });
  const { error } = await collect(stream);
  expect(error).toMatchObject({ code: "InvalidOutput" });
});
