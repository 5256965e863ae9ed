import { jsonrepair } from "jsonrepair";
import {
  type Fault,
  faultNames,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from "llm-seam/simulator";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { protocols, type RawOptions, type RawResult, send } from "./raw.testkit.ts";

const reply = "Your order 4711 left our warehouse this morning.";
const ticket = { category: "shipping", urgent: true, order: 4711, note: 'it\'s "late"' };
const ticketSchema = {
  type: "object",
  properties: {
    category: { type: "string" },
    urgent: { type: "boolean" },
    order: { type: "integer" },
    note: { type: "string" },
  },
  required: ["category", "urgent", "order", "note"],
  additionalProperties: false,
};

let simulator: Simulator;
const tested = new Set<string>();

beforeAll(async () => {
  simulator = await startSimulator({
    script: {
      replies: [
        { match: { schema: "category" }, reply: { type: "json", value: ticket } },
        { reply },
      ],
    },
  });
});
beforeEach(() => simulator.clear());
afterAll(() => simulator.close());

/** The simulator's own record, once the request is over. */
async function recorded(): Promise<SimulatedRequest> {
  await vi.waitFor(() => expect(simulator.inFlight).toBe(0));
  const last = simulator.requests.at(-1);
  if (!last) throw new Error("no request was recorded");
  return last;
}

describe.each(protocols)("$name", (protocol) => {
  async function under(
    fault: Fault,
    options: RawOptions & { leaveAfterMs?: number } = {},
  ): Promise<RawResult & { record: SimulatedRequest }> {
    tested.add(typeof fault === "string" ? fault : fault.type);
    simulator.play([fault]);
    const result = await send(simulator, protocol, options);
    return { ...result, record: await recorded() };
  }

  /** The answer's text, whichever way it came. */
  const textOf = (result: RawResult, stream: boolean) =>
    stream ? protocol.textOfStream(result.text) : protocol.textOfJson(result.text);

  const jsonUnder = async (fault: Fault, stream: boolean) => {
    const result = await under(fault, { schema: ticketSchema, stream });
    expect(result.end).toBe("complete");
    return textOf(result, stream);
  };

  describe.each([false, true])("stream: %s", (stream) => {
    test("none: the scripted text arrives whole", async () => {
      const result = await under("none", { stream });
      expect(result).toMatchObject({ status: 200, end: "complete" });
      expect(textOf(result, stream)).toBe(reply);
      expect(result.text.includes(protocol.endOfStream)).toBe(stream);
      expect(result.headers[protocol.requestIdHeader]).toMatch(/^req_/);
      expect(result.record).toMatchObject({ fault: "none", status: 200, closedByClient: false });
      expect(result.record.tokensSent).toBe(Math.ceil(reply.length / 4));
    });

    test.each([
      [{ retryAfter: 7 }, { "retry-after": "7" }],
      [{ retryAfter: -3 }, { "retry-after": "-3" }],
      [{ retryAfter: "Wed, 21 Oct 2037 07:28:00 GMT" }, { "retry-after": /2037/ }],
      [{ retryAfter: "soon" }, { "retry-after": "soon" }],
      [{ retryAfterMs: 250 }, { "retry-after-ms": "250" }],
    ])("status: 429 with %j", async (settings, headers) => {
      const result = await under({ type: "status", status: 429, ...settings }, { stream });
      expect(result.status).toBe(429);
      for (const [name, value] of Object.entries(headers)) {
        expect(result.headers[name]).toMatch(value);
      }
      expect(result.record.fault).toBe("status-429");
    });

    test.each([400, 401, 403, 404, 408, 409, 413, 422, 425, 500, 502, 503, 504, 529] as const)(
      "status-%i has the protocol's error shape",
      async (status) => {
        const result = await under(`status-${status}`, { stream });
        expect(result.status).toBe(status);
        expect(result.headers["retry-after"]).toBeUndefined();
        expect(JSON.parse(result.text)).toMatchObject(
          protocol.name === "anthropic"
            ? { type: "error", error: { type: expect.any(String), message: expect.any(String) } }
            : { error: { message: expect.any(String), type: expect.any(String), param: null } },
        );
      },
    );

    test("status: message, type and body can be given", async () => {
      const worded = await under(
        { type: "status", status: 400, message: "No.", errorType: "my_error" },
        { stream },
      );
      expect(JSON.parse(worded.text)).toMatchObject({
        error: { message: "No.", type: "my_error" },
      });
      const html = await under({ type: "status", status: 502, body: "<h1>Bad</h1>" }, { stream });
      expect(html.text).toBe("<h1>Bad</h1>");
    });

    test("quota-exhausted: each provider's own way to say it", async () => {
      const result = await under("quota-exhausted", { stream });
      if (protocol.name === "anthropic") {
        expect(result.status).toBe(400);
        expect(result.text).toContain("credit balance is too low");
      } else {
        expect(result.status).toBe(429);
        expect(JSON.parse(result.text)).toMatchObject({ error: { code: "insufficient_quota" } });
      }
    });

    test("context-too-long: 400 in the provider's words", async () => {
      const result = await under("context-too-long", { stream });
      expect(result.status).toBe(400);
      expect(result.text).toMatch(/prompt is too long|context_length_exceeded/);
    });

    test("header-silence: not even headers, until the client leaves", async () => {
      const result = await under("header-silence", { stream, leaveAfterMs: 60 });
      expect(result).toMatchObject({ status: undefined, end: "left", text: "" });
      expect(result.record).toMatchObject({ closedByClient: true, status: undefined });
    });

    test("body-silence: headers and nothing more", async () => {
      const result = await under("body-silence", { stream, leaveAfterMs: 60 });
      expect(result).toMatchObject({ status: 200, end: "left", text: "" });
      expect(result.record).toMatchObject({ closedByClient: true, bytesSent: 0 });
    });

    test("pings-only: something arrives, but never content", async () => {
      const fault = { type: "pings-only", everyMs: 5 } as const;
      const result = await under(fault, { stream, leaveAfterMs: 150 });
      expect(result.end).toBe("left");
      expect(result.chunks.length).toBeGreaterThan(2);
      expect(result.text.replaceAll(/event: ping\ndata: .*|: keep-alive|\n/g, "")).toBe("");
    });

    test("stall: the beginning, then silence on an open connection", async () => {
      const fault = { type: "stall", afterTokens: 4 } as const;
      const result = await under(fault, { stream, leaveAfterMs: 80 });
      expect(result).toMatchObject({ status: 200, end: "left" });
      expect(result.record).toMatchObject({ closedByClient: true, tokensSent: 4 });
      if (stream) expect(protocol.textOfStream(result.text)).toBe(reply.slice(0, 16));
      else expect(() => JSON.parse(result.text)).toThrow();
    });

    test("drop: the connection breaks before the headers", async () => {
      const result = await under("drop", { stream });
      expect(result).toMatchObject({ status: undefined, end: "broken", text: "" });
      expect(result.record.closedByClient).toBe(false);
    });

    test("drop after tokens: the connection breaks in the body", async () => {
      const result = await under({ type: "drop", afterTokens: 2 }, { stream });
      expect(result).toMatchObject({ status: 200, end: "broken" });
      expect(result.record).toMatchObject({ closedByClient: false, tokensSent: 2 });
      if (stream) expect(protocol.textOfStream(result.text)).toBe(reply.slice(0, 8));
      else expect(result.text.length).toBeGreaterThan(0);
    });

    test("clean-end-early: HTTP says complete, the answer is not", async () => {
      const result = await under({ type: "clean-end-early", afterTokens: 5 }, { stream });
      expect(result).toMatchObject({ status: 200, end: "complete" });
      expect(result.text).not.toContain(protocol.endOfStream);
      if (stream) expect(protocol.textOfStream(result.text)).toBe(reply.slice(0, 20));
      else expect(() => JSON.parse(result.text)).toThrow();
    });

    test.each([
      ["overloaded_error", /overloaded/i],
      ["rate_limit_error", /rate.limit/i],
      ["invalid_request_error", /invalid_request_error/],
      ["api_error", /api_error|server_error/],
    ] as const)("in-band-error first: %s inside a 200", async (errorType, wording) => {
      const result = await under({ type: "in-band-error", errorType }, { stream });
      expect(result).toMatchObject({ status: 200, end: "complete" });
      expect(result.text).toMatch(wording);
      expect(result.text).toMatch(stream ? /^(event: error\n)?data: \{/ : /^\{/);
      expect(result.text).not.toContain(protocol.endOfStream);
    });

    test("in-band-error after tokens: text first, then the error", async () => {
      const result = await under({ type: "in-band-error", afterTokens: 3 }, { stream });
      expect(result.status).toBe(200);
      expect(result.text).toContain("error");
      if (stream) expect(protocol.textOfStream(result.text)).toBe(reply.slice(0, 12));
    });

    test("malformed-json: a complete response of garbage", async () => {
      const result = await under("malformed-json", { stream });
      expect(result).toMatchObject({ status: 200, end: "complete" });
      const data = stream ? result.text.split("data: ")[1] : result.text;
      expect(() => JSON.parse(data ?? "")).toThrow();
    });

    test("truncated-json: begins well and stops inside the JSON", async () => {
      const result = await under("truncated-json", { stream });
      expect(result).toMatchObject({ status: 200, end: "complete" });
      if (stream) {
        expect(result.text.endsWith("\n\n")).toBe(false);
        expect(reply.startsWith(protocol.textOfStream(result.text))).toBe(true);
      } else {
        expect(result.text).toMatch(/^\{"id":"/);
        expect(result.headers["content-length"]).toBe(String(result.text.length));
        expect(() => JSON.parse(result.text)).toThrow();
      }
    });

    test("empty-body: 200 and nothing", async () => {
      const result = await under("empty-body", { stream });
      expect(result).toMatchObject({ status: 200, end: "complete", text: "" });
    });

    test("error-200: a JSON error that claims success", async () => {
      const result = await under("error-200", { stream });
      expect(result).toMatchObject({ status: 200, end: "complete" });
      expect(result.headers["content-type"]).toBe("application/json");
      expect(JSON.parse(result.text)).toHaveProperty("error.message");
    });

    test("empty-answer: a valid answer without content", async () => {
      const result = await under("empty-answer", { stream });
      expect(textOf(result, stream)).toBe("");
      if (stream) expect(result.text).toContain(protocol.endOfStream);
      else expect(protocol.finishOfJson(result.text)).toMatch(/end_turn|stop/);
    });

    test("split-utf8: pieces end inside characters, the whole is intact", async () => {
      const result = await under("split-utf8", { stream });
      const text = textOf(result, stream);
      expect(text.startsWith(reply)).toBe(true);
      expect(text).toContain("日本語");
      expect(text).toBe(result.record.answer?.text);
      const brokenAtTheEnd = (chunk: Buffer) => new TextDecoder().decode(chunk).endsWith("\uFFFD");
      expect(result.chunks.filter(brokenAtTheEnd).length).toBeGreaterThan(3);
    });

    test("refusal: the provider's own finish", async () => {
      const result = await under("refusal", { stream });
      expect(result.text).toMatch(/"(stop_reason":"refusal|finish_reason":"content_filter)"/);
      const structured = await under("refusal", { stream, schema: ticketSchema });
      expect(structured.text).toMatch(
        protocol.name === "anthropic" ? /"stop_reason":"refusal"/ : /"refusal":"I/,
      );
    });

    test("length: half the text and the limit's finish", async () => {
      const result = await under("length", { stream });
      expect(textOf(result, stream)).toBe(reply.slice(0, reply.length / 2));
      expect(result.text).toMatch(/"(stop_reason":"max_tokens|finish_reason":"length)"/);
    });

    test("json-fences: the JSON is there, inside a code block", async () => {
      const text = await jsonUnder("json-fences", stream);
      expect(text).toBe(`\`\`\`json\n${JSON.stringify(ticket)}\n\`\`\``);
    });

    test("json-prose: the JSON is there, between sentences", async () => {
      const text = await jsonUnder("json-prose", stream);
      expect(text).toContain(JSON.stringify(ticket));
      expect(text).toMatch(/^Sure!.*more\.$/s);
    });

    test("json-invalid: JSON with a field missing and the others of a wrong type", async () => {
      const value: unknown = JSON.parse(await jsonUnder("json-invalid", stream));
      expect(value).not.toHaveProperty("category");
      expect(value).toMatchObject({ urgent: expect.any(String), order: expect.any(String) });
    });

    test("json-broken: not JSON, but a repair library gets the same value", async () => {
      const text = await jsonUnder("json-broken", stream);
      expect(() => JSON.parse(text)).toThrow();
      expect(JSON.parse(jsonrepair(text))).toEqual(ticket);
    });

    test("json-cut: half the JSON, as if it were complete", async () => {
      const text = await jsonUnder("json-cut", stream);
      const whole = JSON.stringify(ticket);
      expect(text).toBe(whole.slice(0, Math.ceil(whole.length / 2)));
    });

    test.each(["json-fences", "json-prose", "json-invalid", "json-broken", "json-cut"] as const)(
      "%s leaves an answer that is not JSON alone",
      async (fault) => {
        expect(textOf(await under(fault, { stream }), stream)).toBe(reply);
      },
    );

    test("slow: the answer is complete and takes its time", async () => {
      const fault = { type: "slow", firstTokenMs: 40, tokensPerSecond: 200 } as const;
      const result = await under(fault, { stream });
      expect(textOf(result, stream)).toBe(reply);
      const { receivedAt, finishedAt = 0 } = result.record;
      expect(finishedAt - receivedAt).toBeGreaterThan(40 + 5 * 11 - 10);
    });
  });
});

test("every fault of the catalogue is played above", () => {
  const untested = faultNames.filter(
    (name) => !tested.has(name) && ![...tested].some((done) => done.startsWith(`${name}-`)),
  );
  expect(untested).toEqual([]);
});
