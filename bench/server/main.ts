import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { serve } from "../process/serve.ts";
import { streamedReply, wholeReply } from "./replies.ts";

/** What the bench asks of its server. */
export interface ServerJobs {
  /** The server's address, without a path. */
  readonly url: (none: null) => Promise<string>;
  /** Resolves when this many requests are held. */
  readonly held: (count: number) => Promise<void>;
  /** Answers every held request. */
  readonly release: (none: null) => Promise<void>;
}

const { values } = parseArgs({
  options: { chunks: { type: "string" }, "chunk-every": { type: "string" } },
});
const frames = streamedReply(Number(values.chunks));
const chunkEveryMs = Number(values["chunk-every"]);

const streams = new Map<ServerResponse, number>();
let holding: ServerResponse[] = [];
let ticking: NodeJS.Timeout | undefined;

const server = createServer((request, response) => {
  void bodyOf(request).then((body) => answer(request, response, body));
});

/** Requests to `/hold/…` wait until they are released; all others are answered at once. */
function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
  if (request.url?.startsWith("/hold/")) holding.push(response);
  else if (body.includes('"stream":true')) stream(response);
  else whole(response);
}

function whole(response: ServerResponse): void {
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": wholeReply.length,
  });
  response.end(wholeReply);
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  streams.set(response, 0);
  ticking ??= setInterval(tick, chunkEveryMs);
}

/** Sends every open stream its next frame, each in a packet of its own. */
function tick(): void {
  for (const [response, next] of streams) {
    response.write(frames[next]);
    if (next + 1 < frames.length) {
      streams.set(response, next + 1);
    } else {
      response.end();
      streams.delete(response);
    }
  }
  if (streams.size === 0) {
    clearInterval(ticking);
    ticking = undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

const listening = new Promise<string>((resolve) => {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
    resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
});

serve<ServerJobs>({
  url: () => listening,
  held: async (count) => {
    while (holding.length < count) await new Promise((resume) => setTimeout(resume, 20));
  },
  release: async () => {
    for (const response of holding) whole(response);
    holding = [];
  },
});
