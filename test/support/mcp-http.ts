import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { answerTo } from "./mcp-tools.ts";

export interface McpServer extends AsyncDisposable {
  readonly url: string;
  /** Requests that the client has given up. */
  readonly aborted: number;
}

/** The MCP server over streamable HTTP: every message is a POST, its answer the response. */
export async function startMcpServer(): Promise<McpServer> {
  let aborted = 0;
  const server = createServer((request, response) => {
    if (request.method === "POST") void serve(request, response);
    else response.writeHead(405).end();
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = JSON.parse(await text(request));
    const answer = answerTo(message);
    if (answer === "die") {
      server.close();
      server.closeAllConnections();
    } else if (answer !== undefined) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    } else if (message.id === undefined) {
      response.writeHead(202).end();
    } else {
      response.on("close", () => {
        aborted += 1;
      });
    }
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    get aborted() {
      return aborted;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
