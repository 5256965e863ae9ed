import { parseScript, startSimulator } from "llm-seam/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { protocols } from "./raw.testkit.ts";

const reply = "\nYour parcel left our warehouse in Lund on Monday morning.";
const soFar = "Your parcel left our warehouse in Lund";
const rest = " on Monday morning.";
const question = { role: "user", content: "Where is it?" };
const begun = { role: "assistant", content: soFar };
const request = {
  role: "user",
  content: "Go on. Its last words: <last-words>in Lund</last-words>",
};

describe.each(protocols)("an answer that a request of $name begins", (protocol) => {
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(() => simulator.close());

  async function ask(messages: readonly object[], continues?: string): Promise<string> {
    const words = {
      type: "text",
      text: reply,
      reasoning: "Let me see.",
      ...(continues && { continues }),
    };
    simulator.script(
      parseScript({ replies: [{ match: { prompt: "Where is it?" }, reply: words }] }),
    );
    const response = await fetch(`${simulator.url}${protocol.path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "m", max_tokens: 100, messages }),
    });
    return protocol.textOfJson(await response.text());
  }

  test("is gone on with exactly when it is the last message", async () => {
    expect(await ask([question, begun])).toBe(rest);
    expect(await ask([question, begun], "restart")).toBe(rest);
    expect(await ask([question, { ...begun, content: reply.trim() }])).toBe("");
  });

  test.each([
    [undefined, `in Lund${rest}`],
    ["anchor", `in Lund${rest}`],
    ["exact", rest],
    ["earlier", `${soFar.slice(-32)}${rest}`],
    ["restart", `${soFar}${rest}`],
  ])("is gone on with %s when its last words are given", async (continues, said) => {
    expect(await ask([question, begun, request], continues)).toBe(said);
  });

  test("is an answer like any other where nothing asks to go on with it", async () => {
    expect(await ask([question, begun, question])).toBe(reply);
  });
});
