import { startSimulator } from "llm-seam/simulator";
import { describe, expect, test } from "vitest";
import { protocols, send } from "./raw.testkit.ts";

const headerNames = {
  anthropic: (unit: string, what: string): string => `anthropic-ratelimit-${unit}-${what}`,
  openai: (unit: string, what: string): string => `x-ratelimit-${what}-${unit}`,
};

describe.each(protocols)("a rate limit over $name", (protocol) => {
  const nameOf = headerNames[protocol.name];

  test("lets in so many requests, then refuses, and says so in the protocol's words", async () => {
    const simulator = await startSimulator({ rateLimit: { requestsPerMinute: 2 } });
    try {
      const answers = [];
      for (let call = 0; call < 3; call++) answers.push(await send(simulator, protocol));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      const remaining = answers.map(({ headers }) => headers[nameOf("requests", "remaining")]);
      expect(remaining).toEqual(["1", "0", "0"]);
      const [, , refused] = answers;
      expect(refused?.headers[nameOf("requests", "limit")]).toBe("2");
      const retryAfter = Number(refused?.headers["retry-after"]);
      expect(retryAfter).toBeGreaterThan(20);
      expect(retryAfter).toBeLessThanOrEqual(30);
      const reset = String(refused?.headers[nameOf("requests", "reset")]);
      if (protocol.name === "anthropic") {
        expect(Date.parse(reset)).toBeGreaterThan(Date.now() + 40_000);
        expect(Date.parse(reset)).toBeLessThanOrEqual(Date.now() + 60_000);
      } else expect(reset).toMatch(/^(?:1m0|5\d(?:\.\d+)?)s$/);
      expect(JSON.parse(refused?.text ?? "")).toMatchObject({
        error: { message: expect.stringMatching(/rate limit/i) },
      });
    } finally {
      await simulator.close();
    }
  });

  test("counts the tokens of the question and of the answer, by model, and refills", async () => {
    const reply = {
      type: "text",
      text: "ok",
      usage: { inputTokens: 10, outputTokens: 90 },
    } as const;
    const simulator = await startSimulator({
      script: { replies: [{ reply }] },
      rateLimit: { tokensPerMinute: 100, minuteMs: 5_000 },
    });
    try {
      const prompt = "x".repeat(160);
      expect((await send(simulator, protocol, { prompt })).status).toBe(200);
      const refused = await send(simulator, protocol, { prompt, stream: true });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers[nameOf("tokens", "remaining")])).toBeLessThan(100);
      const ask = async () => (await send(simulator, protocol, { prompt, stream: true })).status;
      await expect.poll(ask, { timeout: 10_000, interval: 200 }).toBe(200);
    } finally {
      await simulator.close();
    }
  });

  test("a refused request uses up neither the script nor the faults", async () => {
    const simulator = await startSimulator({
      rateLimit: { requestsPerMinute: 1, minuteMs: 2_000 },
      faults: ["none", "status-500"],
    });
    try {
      const ask = async () => (await send(simulator, protocol)).status;
      expect([await ask(), await ask()]).toEqual([200, 429]);
      await expect.poll(ask, { timeout: 10_000, interval: 100 }).not.toBe(429);
      expect(simulator.requests.at(-1)?.status).toBe(500);
    } finally {
      await simulator.close();
    }
  });
});

test("without a limit no header says so; a limit that is none is refused", async () => {
  const simulator = await startSimulator();
  for (const protocol of protocols) {
    const { headers } = await send(simulator, protocol);
    expect(Object.keys(headers).filter((name) => name.includes("ratelimit"))).toEqual([]);
  }
  await simulator.close();
  await expect(startSimulator({ rateLimit: { requestsPerMinute: 0 } })).rejects.toThrow(
    /rateLimit\.requestsPerMinute must be above 0/,
  );
});
