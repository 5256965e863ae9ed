import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  defineScript,
  renderReport,
  type ScriptRequest,
  type Simulator,
  type SimulatorOptions,
  simulatedModel,
  startSimulator,
} from "llm-seam/simulator";
import { afterEach, describe, expect, test, vi } from "vitest";
import { protocols, type RawProtocol, send } from "./raw.testkit.ts";

const doorUrl = new URL("../../src/simulator/index.ts", import.meta.url);
const [anthropic, openai] = protocols as [RawProtocol, RawProtocol];
const running: Simulator[] = [];

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
}

afterEach(() => Promise.all(running.splice(0).map((simulator) => simulator.close())));

describe("the default reply", () => {
  test("is the same for the same request, says what it is and echoes the prompt", async () => {
    const simulator = await start();
    const texts = [];
    for (const prompt of ["Where is it?", "Where is it?", "Where was it?"]) {
      texts.push(anthropic.textOfJson((await send(simulator, anthropic, { prompt })).text));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
    expect(texts[0]).toMatch(/simulated.*no model was asked.*Where is it\?/);
  });
});

describe("a script", () => {
  test("answers by task, model, prompt, schema and tool; the first rule that matches wins", async () => {
    const script = defineScript({
      replies: [
        { match: { task: "greet" }, reply: "by task" },
        { match: { model: "gpt-9" }, reply: "by model" },
        { match: { schema: "colour" }, reply: { type: "json", value: { colour: "red" } } },
        { match: { prompt: /^Sum/ }, reply: "by expression" },
        { match: { prompt: "order" }, reply: "by text" },
      ],
    });
    const simulator = await start({ script });
    const ask = async (body: object, headers: Record<string, string> = {}) => {
      const message = { role: "user", content: "Sum up my order." };
      const response = await fetch(`${simulator.baseURL}/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ model: "gpt-5", messages: [message], ...body }),
      });
      return openai.textOfJson(await response.text());
    };
    expect(await ask({}, { "x-seam-task": "greet" })).toBe("by task");
    expect(await ask({ model: "gpt-9" })).toBe("by model");
    expect(await ask({})).toBe("by expression");
    expect(await ask({ messages: [{ role: "user", content: "My order?" }] })).toBe("by text");
    const schema = { type: "object", properties: { colour: { type: "string" } } };
    const format = { type: "json_schema", json_schema: { name: "paint", schema } };
    expect(await ask({ response_format: format })).toBe('{"colour":"red"}');
    expect(simulator.requests[0]?.task).toBe("greet");
  });

  test("uses a rule `times` times; attempts that fail before the model do not count", async () => {
    const script = defineScript({
      replies: [{ times: 1, reply: "first" }, { times: 2, reply: "second" }, { reply: "rest" }],
    });
    const simulator = await start({ script, faults: ["none", "status-500", "drop", "empty-body"] });
    const texts = [];
    for (let round = 0; round < 7; round++) {
      const { status, text } = await send(simulator, openai);
      texts.push(status === 200 && text !== "" ? openai.textOfJson(text) : "failed");
    }
    expect(texts).toEqual(["first", "failed", "failed", "failed", "second", "second", "rest"]);
  });

  test("may compute its replies, and a mistake in it is reported, not hidden", async () => {
    const reply = async (request: ScriptRequest) => {
      if (request.stream) throw new Error("no streams here");
      return `${request.protocol} ${request.model}: ${request.prompt}`;
    };
    const simulator = await start({ script: { replies: [{ reply }] } });
    const answer = await send(simulator, openai, { prompt: "Hi" });
    expect(openai.textOfJson(answer.text)).toBe("openai gpt-5-mini: Hi");
    const failed = await send(simulator, openai, { stream: true });
    expect(failed.status).toBe(500);
    expect(failed.text).toContain("script could not reply: no streams here");
  });
});

describe("what the simulator remembers", () => {
  test("each request with its body and headers, credentials left out", async () => {
    const simulator = await start();
    await send(simulator, anthropic, { prompt: "Hi", stream: true });
    await vi.waitFor(() => expect(simulator.inFlight).toBe(0));
    const [request] = simulator.requests;
    expect(request).toMatchObject({
      index: 0,
      protocol: "anthropic",
      model: "claude-sonnet-4-6",
      stream: true,
      fault: "none",
      status: 200,
      body: { max_tokens: 1000, messages: [{ content: "Hi" }] },
      headers: { authorization: "[redacted]", "content-type": "application/json" },
    });
    expect(JSON.stringify(simulator.requests)).not.toContain("top-secret");
    expect(request?.finishedAt).toBeGreaterThanOrEqual(request?.receivedAt ?? Infinity);
    expect(request?.bytesSent).toBeGreaterThan(500);
  });

  test("a report of all of them, as a table too, until it is cleared", async () => {
    const simulator = await start({ faults: ["status-429", "drop", "header-silence"] });
    await send(simulator, openai);
    await send(simulator, anthropic);
    await send(simulator, anthropic, { leaveAfterMs: 30 });
    await send(simulator, openai);
    await vi.waitFor(() => expect(simulator.inFlight).toBe(0));
    const report = simulator.report();
    expect(report).toMatchObject({
      requests: 4,
      inFlight: 0,
      closedByClient: 1,
      byProtocol: { openai: 2, anthropic: 2 },
      byFault: { "status-429": 1, drop: 1, "header-silence": 1, none: 1 },
      byStatus: { 200: 1, 429: 1, "no answer": 2 },
    });
    expect(renderReport(report)).toMatch(/^requests +4$/m);
    expect(renderReport(report)).toMatch(/^ {2}fault status-429 +1$/m);
    simulator.clear();
    expect(simulator.requests).toEqual([]);
    expect(simulator.report().requests).toBe(0);
  });

  test("that a client left in the middle, seen from its socket", async () => {
    const simulator = await start({ faults: [{ type: "stall", afterTokens: 1 }] });
    const left = send(simulator, openai, { stream: true, leaveAfterMs: 400 });
    await vi.waitFor(() => expect(simulator.inFlight).toBe(1));
    expect(simulator.requests[0]).toMatchObject({ closedByClient: false, finishedAt: undefined });
    await left;
    await vi.waitFor(() => expect(simulator.requests[0]?.closedByClient).toBe(true));
    expect(simulator.inFlight).toBe(0);
  });
});

describe("requests a provider would refuse", () => {
  test.each([
    ["/v1/messages", "not json", /not valid JSON/],
    ["/v1/messages", '{"model":"m","max_tokens":1,"messages":[]}', /messages: /],
    ["/v1/chat/completions", '{"messages":[{"role":"user","content":"x"}]}', /model: /],
    ["/v1/chat/completions", '{"model":"m","messages":["x"]}', /messages\.0: /],
    ["/v1/chat/completions", "[]", /not a JSON object/],
  ])("%s with %s is a 400", async (path, body, message) => {
    const simulator = await start({ faults: ["drop"] });
    const response = await fetch(simulator.url + path, { method: "POST", body });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(message);
    expect(simulator.requests[0]).toMatchObject({ status: 400, fault: "none" });
  });

  test("other paths get a sign of life or a helpful 404", async () => {
    const simulator = await start();
    expect((await fetch(simulator.url)).status).toBe(200);
    const missing = await fetch(`${simulator.url}/v1/embeddings`, { method: "POST" });
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain("POST /v1/chat/completions");
  });
});

describe("starting and stopping", () => {
  test("close ends silent connections at once and can be called twice", async () => {
    const simulator = await start({ faults: ["header-silence", "pings-only"] });
    const silent = send(simulator, openai, { stream: true });
    await vi.waitFor(() => expect(simulator.inFlight).toBe(1));
    const pinged = send(simulator, openai, { stream: true });
    await vi.waitFor(() => expect(simulator.inFlight).toBe(2));
    await Promise.all([simulator.close(), simulator.close()]);
    expect([(await silent).end, (await pinged).end]).toEqual(["broken", "broken"]);
    await vi.waitFor(() => expect(simulator.inFlight).toBe(0));
    expect(simulator.requests.some((request) => request.closedByClient)).toBe(false);
  });

  test("a closed simulator does not keep the process alive, whatever it was doing", async () => {
    const program = `
      import { startSimulator } from ${JSON.stringify(doorUrl.href)};
      const simulator = await startSimulator({ faults: ["pings-only", "header-silence"] });
      const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "x" }] });
      const ask = () => fetch(simulator.baseURL + "/chat/completions", { method: "POST", body });
      const first = (await ask()).text().catch(() => "closed");
      const second = ask().catch(() => "closed");
      while (simulator.inFlight < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await simulator.close();
      console.log(await first, await second);
    `;
    const args = ["--input-type=module-typescript", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    expect(stdout.trim()).toBe("closed closed");
  });

  test("a taken port and an unknown fault are refused", async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(startSimulator({ port })).rejects.toThrow(/EADDRINUSE/);
    const faults = ["dorp"] as never;
    await expect(startSimulator({ faults })).rejects.toThrow(/Unknown fault "dorp"/);
    expect(() => simulatedModel({ faults })).toThrow(/Unknown fault "dorp"/);
  });
});

describe("pace", () => {
  test("waits before headers and first token, then between tokens", async () => {
    const pace = { headersMs: 30, firstTokenMs: [40, 60], tokensPerSecond: 200 } as const;
    const simulator = await start({ pace, script: { replies: [{ reply: "x".repeat(40) }] } });
    for (const stream of [false, true]) {
      const started = performance.now();
      await send(simulator, openai, { stream });
      expect(performance.now() - started).toBeGreaterThan(30 + 40 + 9 * 5 - 10);
    }
  });
});
