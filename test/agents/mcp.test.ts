import { fileURLToPath } from "node:url";
import { createMCPClient, type MCPClient } from "@ai-sdk/mcp";
import { StdioMCPTransport } from "@ai-sdk/mcp/mcp-stdio";
import { type AgentTool, type ToolTraits, withTraits } from "llm-seam";
import { describe, expect, test, vi } from "vitest";
import { agentRule } from "../../src/config/agent.ts";
import { runTool, type ToolRun } from "../../src/patterns/agent/tools/run-tool.ts";
import { schemaOf } from "../../src/patterns/agent/tools/schema.ts";
import { dataMarks } from "../../src/patterns/data-marks.ts";
import { rejection } from "../support/harness.ts";
import { startMcpServer } from "../support/mcp-http.ts";
import { injection, picture, serverSecret } from "../support/mcp-tools.ts";

const traits = {
  search: { effect: "read" },
  order: { effect: "read" },
  photo: { effect: "read" },
  broken: { effect: "read" },
  slow: { effect: "write", timeout: "100ms" },
  die: { effect: "read" },
  poison: { effect: "read" },
} as const satisfies Record<string, ToolTraits>;

async function run(
  tool: AgentTool,
  more: { input?: unknown; signal?: AbortSignal } = {},
): Promise<ToolRun> {
  return runTool({
    tool,
    name: "tool",
    toolCallId: "c1",
    input: more.input ?? {},
    context: undefined,
    runId: "run",
    idempotencyKey: "key",
    rule: { ...agentRule(undefined), toolTimeoutMs: 20_000 },
    signal: more.signal ?? new AbortController().signal,
    marks: dataMarks("k3x9q2m7"),
    family: { parentId: "call", traceId: "run", add: () => {} },
  });
}

interface Connected extends AsyncDisposable {
  readonly client: MCPClient;
}

const transports: readonly [string, () => Promise<Connected>][] = [
  [
    "streamable HTTP",
    async () => {
      const server = await startMcpServer();
      const client = await createMCPClient({ transport: { type: "http", url: server.url } });
      return {
        client,
        [Symbol.asyncDispose]: async () => {
          await client.close();
          await server[Symbol.asyncDispose]();
        },
      };
    },
  ],
  [
    "standard input and output",
    async () => {
      const script = fileURLToPath(new URL("../support/mcp-stdio.ts", import.meta.url));
      const args = ["--no-warnings", script];
      const transport = new StdioMCPTransport({ command: process.execPath, args });
      const client = await createMCPClient({ transport });
      return { client, [Symbol.asyncDispose]: () => client.close() };
    },
  ],
];

describe.each(transports)("tools of an MCP server over %s", (_, connect) => {
  test("a text: it is data", async () => {
    await using connected = await connect();
    const { search } = withTraits(await connected.client.tools(), traits);
    const { jsonSchema, read, note } = await schemaOf("search", search);
    expect(jsonSchema).toMatchObject({ type: "object", required: ["query"] });
    expect(note).toBeNull();
    expect(await read({ query: 5 })).toMatchObject({ ok: false, issues: [{ path: "query" }] });
    expect(await run(search, { input: { query: "refunds" } })).toMatchObject({
      outcome: "done",
      untrusted: true,
      forModel: {
        type: "text",
        value: "[data k3x9q2m7 from tool]\nNothing about refunds.\n[end of data k3x9q2m7]",
      },
    });
  });

  test("structured content, an image, an error", async () => {
    await using connected = await connect();
    const { order, photo, broken } = withTraits(await connected.client.tools(), traits);
    expect((await run(order)).forModel.value).toContain('\n{"status":"shipped"}\n');
    expect((await run(photo)).forModel).toEqual({
      type: "content",
      value: [
        { type: "text", text: expect.stringContaining("\nThe parcel:\n") },
        { type: "file", mediaType: "image/png", data: { type: "data", data: picture } },
      ],
    });
    const failed = await run(broken);
    expect(failed).toMatchObject({
      outcome: "failed",
      untrusted: true,
      reason: "No such page; api_key=[secret]",
      forModel: { type: "error-text", value: expect.stringContaining("No such page") },
      error: { message: "No such page; api_key=[secret]" },
    });
    expect(JSON.stringify([failed.forModel, failed.error])).not.toContain(serverSecret);
  });

  test("one that never answers is stopped by its own limit, and by the run", async () => {
    await using connected = await connect();
    const { slow } = withTraits(await connected.client.tools(), traits);
    expect(await run(slow)).toMatchObject({
      outcome: "timed-out",
      reason: expect.stringContaining("100 ms"),
    });
    const abort = new AbortController();
    const running = rejection(run({ ...slow, timeout: "20s" }, { signal: abort.signal }));
    const reason = new Error("the caller left");
    setTimeout(() => abort.abort(reason), 20);
    expect(await running).toBe(reason);
  });

  test("a server that dies is a failed tool, and so is all that is asked of it later", async () => {
    await using connected = await connect();
    const { die, search } = withTraits(await connected.client.tools(), traits);
    const limited = { timeout: "10s" } as const;
    const died = await run({ ...die, ...limited });
    expect(died).toMatchObject({ outcome: "failed", reason: "The tool tool failed." });
    expect(died.error?.message).not.toBe("");
    const later = await run({ ...search, ...limited }, { input: { query: "x" } });
    expect(later).toMatchObject({ outcome: "failed", reason: "The tool tool failed." });
  });

  test("what a description or a result says to the model is kept as it is, and the result is data", async () => {
    await using connected = await connect();
    const { poison } = withTraits(await connected.client.tools(), traits);
    expect(poison.description).toContain(injection);
    const { forModel, untrusted } = await run(poison);
    expect(untrusted).toBe(true);
    expect(forModel.value).toBe(`[data k3x9q2m7 from tool]\n${injection}\n[end of data k3x9q2m7]`);
  });
});

test("a request that takes too long is closed at the server's end, too", async () => {
  await using server = await startMcpServer();
  const client = await createMCPClient({ transport: { type: "http", url: server.url } });
  const { slow } = withTraits(await client.tools(), traits);
  expect(await run(slow)).toMatchObject({ outcome: "timed-out" });
  await vi.waitFor(() => expect(server.aborted).toBe(1), { timeout: 5_000 });
  await client.close();
});

test("what a server offers without traits is not there, and traits need a tool", async () => {
  await using server = await startMcpServer();
  const client = await createMCPClient({ transport: { type: "http", url: server.url } });
  const offered = await client.tools();
  expect(Object.keys(withTraits(offered, { search: { effect: "read" } }))).toEqual(["search"]);
  expect(() => withTraits(offered, { sarch: { effect: "read" } })).toThrow(
    'traits.sarch: there is no such tool (did you mean "search"?)',
  );
  await client.close();
});
