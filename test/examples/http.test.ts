import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createSeam, defineConfig, type Seam } from "llm-seam";
import { type Fault, type Simulator, startSimulator } from "llm-seam/simulator";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const reply = "Your parcel is on its way and will be there on Friday.";

let simulator: Simulator;
let seam: Seam<"write-reply">;
let server: Server | undefined;

beforeEach(async () => {
  simulator = await startSimulator({
    script: { replies: [{ match: { prompt: "refuse" }, reply: refusal }, { reply }] },
  });
  seam = createSeam(
    defineConfig({
      tasks: { "write-reply": { model: "anthropic/claude-haiku-4-5" } },
      providers: { anthropic: { baseURL: simulator.baseURL, apiKey: "simulated" } },
      defaults: { retry: { attempts: 2, baseDelay: 1 }, deadline: "10s" },
      store: false,
    }),
  );
});

const refusal = { type: "text", text: "", finish: "refusal" } as const;

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await seam.close();
  await simulator.close();
});

/** The one-liners of docs/stream.md, each behind a real server. */
const frameworks: Record<string, () => Promise<string>> = {
  Hono: async () => {
    const app = new Hono();
    app.post("/reply", async (c) =>
      seam
        .stream("write-reply", { prompt: await c.req.text(), signal: c.req.raw.signal })
        .toResponse(),
    );
    server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    return addressOf(server);
  },

  "a Next route handler": async () => {
    const POST = async (request: Request): Promise<Response> =>
      seam
        .stream("write-reply", { prompt: await request.text(), signal: request.signal })
        .toResponse();
    const app = new Hono().post("/reply", (c) => POST(c.req.raw));
    server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    return addressOf(server);
  },

  "Express, by way of node:http": async () => {
    const handler = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
      await seam.stream("write-reply", { prompt: await bodyOf(req) }).sendTo(res);
    };
    server = createServer((req, res) => void handler(req, res)).listen(0, "127.0.0.1");
    return addressOf(server);
  },
};

async function addressOf(listening: Server): Promise<string> {
  if (!listening.listening) await once(listening, "listening");
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/reply`;
}

async function bodyOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function post(url: string, body: string, signal?: AbortSignal): Promise<Response> {
  return fetch(url, { method: "POST", body, ...(signal !== undefined && { signal }) });
}

interface ServerEvent {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

async function eventsOf(response: Response): Promise<ServerEvent[]> {
  const blocks = (await response.text()).split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => ({
    name: /^event: (.+)$/m.exec(block)?.[1] ?? "message",
    data: JSON.parse(/^data: (.+)$/m.exec(block)?.[1] ?? "") as Record<string, unknown>,
  }));
}

describe.each(Object.keys(frameworks))("a stream as an SSE response: %s", (name) => {
  const start = (faults: readonly Fault[] = []): Promise<string> => {
    simulator.play(faults);
    return frameworks[name]?.() ?? Promise.reject(new Error(`no framework ${name}`));
  };

  test("the client receives the text in pieces, then a summary", async () => {
    const response = await post(await start(), "Where is my parcel?");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = await eventsOf(response);
    const texts = events
      .filter((event) => event.name === "message")
      .map(({ data }) => data["text"]);
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.join("")).toBe(reply);
    expect(events.at(-1)).toMatchObject({
      name: "done",
      data: { finishReason: "stop", source: "model", target: "anthropic/claude-haiku-4-5" },
    });
  });

  test("a failure before the first text is retried, and the client sees nothing of it", async () => {
    const response = await post(await start(["status-529"]), "Where is my parcel?");
    const events = await eventsOf(response);
    expect(events.map(({ data }) => data["text"] ?? "").join("")).toBe(reply);
    expect(simulator.requests).toHaveLength(2);
  });

  test("a call that fails before its first text becomes an HTTP error", async () => {
    const limited: Fault = { type: "status", status: 429, retryAfter: 30 };
    const response = await post(await start([limited, limited]), "Where is my parcel?");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("30");
    expect(await response.json()).toEqual({
      error: { code: "RateLimited", callId: expect.any(String) as string },
    });
  });

  test("a stream that breaks off ends with an error event, after the text so far", async () => {
    const response = await post(await start([{ type: "drop", afterTokens: 4 }]), "Where is it?");
    const events = await eventsOf(response);
    const text = events.map(({ data }) => data["text"] ?? "").join("");
    expect(text).not.toBe("");
    expect(reply.startsWith(text)).toBe(true);
    expect(events.at(-1)).toMatchObject({ name: "error", data: { code: "StreamInterrupted" } });
    expect(events.filter((event) => event.name === "done")).toEqual([]);
  });

  test("a client that leaves closes the provider's connection", async () => {
    const client = new AbortController();
    const url = await start([{ type: "stall", afterTokens: 4 }]);
    const response = await post(url, "Where is my parcel?", client.signal);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(simulator.inFlight).toBe(1);
    client.abort();
    await vi.waitFor(() => expect(simulator.inFlight).toBe(0), 5_000);
    expect(simulator.requests[0]).toMatchObject({ fault: "stall", closedByClient: true });
    expect(simulator.requests).toHaveLength(1);
  });

  test("so does one that leaves while the provider has not said anything yet", async () => {
    const client = new AbortController();
    const leaving = post(await start(["header-silence"]), "Where is it?", client.signal);
    await vi.waitFor(() => expect(simulator.inFlight).toBe(1), 5_000);
    client.abort();
    await expect(leaving).rejects.toThrow();
    await vi.waitFor(() => expect(simulator.inFlight).toBe(0), 5_000);
    expect(simulator.requests).toHaveLength(1);
  });
});

test("a refusal before any text is an HTTP error of its own", async () => {
  const url = await (frameworks["Hono"] ?? (() => Promise.reject(new Error("no Hono"))))();
  const response = await post(url, "refuse this");
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: { code: "Refused" } });
});

describe("the browser's side, as docs/stream.md shows it", () => {
  type ReadReply = (question: string, show: (text: string) => void) => Promise<void>;

  /** The function of the page, with its `/reply` on our server. */
  async function readReplyOf(url: string): Promise<ReadReply> {
    const page = readFileSync(new URL("../../docs/stream.md", import.meta.url), "utf8");
    const code = /^async function readReply[\s\S]*?^}$/m.exec(page)?.[0] ?? "";
    const script = stripTypeScriptTypes(`export ${code}`);
    const platformFetch = fetch;
    vi.stubGlobal("fetch", (to: string | URL | Request, init?: RequestInit) =>
      platformFetch(to === "/reply" ? url : to, init),
    );
    const module = (await import(
      /* @vite-ignore */ `data:text/javascript,${encodeURIComponent(script)}`
    )) as { readReply: ReadReply };
    return module.readReply;
  }

  afterEach(() => vi.unstubAllGlobals());

  const startHono = () => frameworks["Hono"]?.() ?? Promise.reject(new Error("no Hono"));

  test("it shows the text as it comes and ends when the server is done", async () => {
    const readReply = await readReplyOf(await startHono());
    const shown: string[] = [];
    await readReply("Where is my parcel?", (text) => shown.push(text));
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.join("")).toBe(reply);
  });

  test("it throws the code of an interrupted stream, and the status of a failed call", async () => {
    const readReply = await readReplyOf(await startHono());
    simulator.play([{ type: "drop", afterTokens: 4 }]);
    await expect(readReply("Where is it?", () => {})).rejects.toThrow("StreamInterrupted");
    await expect(readReply("refuse this", () => {})).rejects.toThrow("HTTP 422");
  });
});
