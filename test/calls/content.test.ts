import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { type Redactor, redactors } from "llm-seam";
import { openEvents } from "llm-seam/events";
import type { SimulationOptions } from "llm-seam/simulator";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { collect, type Harness, rejection, settled, startHarness } from "../support/harness.ts";

const model = "anthropic/claude-haiku-4-5";
const email = "ada.lovelace@example.com";
const card = "4111 1111 1111 1111";
const phone = "+49 170 1234567";
const secret = "sk-live-abcdefghij0123456789";
const personal = [email, card, phone, secret, "ada.lovelace", "4111111111111111"];
const prompt = `I am ${email}, call ${phone}. My card is ${card}, my key ${secret}.`;
const answer = `Dear ${email}, we call ${phone} about ${card}.`;

const failing: Redactor = () => {
  throw new Error(`no way to redact ${email}`);
};
const rule = ({ text }: { readonly text: string }): undefined => {
  throw new TypeError(`no rule for: ${text}`);
};
const tasks = {
  full: { model },
  redacted: { model, content: "redacted" },
  cached: { model, content: "redacted", cache: true },
  lasting: { model, content: "redacted", cache: { reach: "lasting" } },
  none: { model, content: "none" },
  resumed: { model, content: "redacted", afterCommit: "resume" },
  own: {
    model,
    content: "redacted",
    redact: [redactors.email, (text) => text.replaceAll("Ada", "[name]")],
  },
  failing: { model, content: "redacted", redact: failing },
  ruled: { model, rule },
  quietlyRuled: { model, rule, content: "redacted" },
  wordless: { model, content: "redacted", redact: (() => undefined) as unknown as Redactor },
} as const satisfies Parameters<typeof startHarness>[0]["tasks"];
type Task = keyof typeof tasks;

function start(simulation: SimulationOptions = { script: { replies: [{ reply: answer }] } }) {
  return startHarness<Task>(
    { tasks, defaults: { retry: { attempts: 1 }, breaker: false } },
    simulation,
  );
}

/** Every byte of the store's files, with their names. */
async function bytesOf({ seam, folder }: Harness<Task>): Promise<Map<string, string>> {
  await seam.flush();
  return new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("latin1")]),
  );
}

/** Which of the personal texts stand anywhere in the store's files. */
async function found(harness: Harness<Task>): Promise<string[]> {
  const files = await bytesOf(harness);
  expect([...files.keys()].sort()).toEqual(["seam.db", "seam.db-shm", "seam.db-wal"]);
  const all = [...files.values()].join("\n");
  expect(all).toContain("claude-haiku-4-5");
  return personal.filter((text) => all.includes(text));
}

async function eventOf(harness: Harness<Task>, id: string) {
  await harness.seam.flush();
  using events = openEvents(harness.file);
  const event = await events.get(id);
  if (event === undefined) throw new Error(`no event ${id}`);
  return event;
}

describe("redacted: the caller gets everything, the file holds nothing of it", () => {
  test("of a task that keeps its content, the bytes hold all: the search finds what is there", async () => {
    await using harness = await start();
    await harness.seam.complete("full", { prompt });
    expect(await found(harness)).toEqual(personal.slice(0, 5));
  });

  test("a whole answer", async () => {
    await using harness = await start();
    const { text, callId } = await harness.seam.complete("redacted", {
      prompt,
      tags: { user: "u1" },
    });
    expect(text).toBe(answer);
    expect(JSON.stringify(harness.simulator.requests[0]?.body)).toContain(email);
    expect(await found(harness)).toEqual([]);
    expect(await eventOf(harness, callId)).toMatchObject({
      content: "redacted",
      tags: { user: "u1" },
      prompt: {
        prompt: [
          {
            role: "user",
            content: [
              {
                type: "text",
                text: "I am [email], call [phone]. My card is [card], my key [secret].",
              },
            ],
          },
        ],
      },
      response: [{ type: "text", text: "Dear [email], we call [phone] about [card]." }],
      notes: [],
    });
  });

  test("a stream, whose chunks cut everything in pieces", async () => {
    await using harness = await start({
      script: { replies: [{ reply: `${answer} ` }] },
      faults: [{ type: "split-utf8" }],
    });
    const stream = harness.seam.stream("redacted", { prompt });
    const { pieces } = await collect(stream);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toContain(answer);
    expect(await found(harness)).toEqual([]);
    const { response } = await eventOf(harness, stream.callId);
    expect(response?.at(-1)).toMatchObject({
      text: expect.stringContaining("Dear [email], we call [phone] about [card]."),
    });
  });

  test("a stream that breaks anywhere, also within an address or a number", async () => {
    const clean = "Dear [email], we call [phone] about [card].";
    const tokens = Array.from({ length: 20 }, (_, index) => index + 1);
    await using harness = await start({
      script: { replies: [{ reply: answer }] },
      faults: tokens.map((afterTokens) => ({ type: "drop", afterTokens })),
    });
    for (const afterTokens of tokens) {
      const stream = harness.seam.stream("redacted", { prompt });
      const { pieces, error } = await collect(stream);
      expect(pieces.join("")).toBe(answer.slice(0, afterTokens * 4));
      expect(error).toMatchObject({ code: "StreamInterrupted", text: pieces.join("") });
      const { response, content } = await eventOf(harness, stream.callId);
      expect(content).toBe("redacted");
      const text = response?.[0]?.type === "text" ? response[0].text : "";
      expect(clean).toContain(text.replace(/…$/, ""));
    }
    expect(await found(harness)).toEqual([]);
  });

  test("a stream that broke within an address and was gone on with", async () => {
    const cut = answer.indexOf("@") + 3;
    await using harness = await start({
      script: {
        replies: [{ times: 1, reply: answer.slice(0, cut) }, { reply: answer.slice(cut) }],
      },
    });
    harness.simulator.play([{ type: "drop", afterTokens: Math.ceil(cut / 4) }]);
    const stream = harness.seam.stream("resumed", { prompt });
    const { pieces } = await collect(stream);
    expect(pieces.join("")).toBe(answer);
    const event = await eventOf(harness, stream.callId);
    expect(event.resumes).toHaveLength(1);
    expect(event.response?.at(-1)).toMatchObject({
      text: "Dear [email], we call [phone] about [card].",
    });
    expect(await found(harness)).toEqual([]);
  });

  test("an answer cut off at the output limit", async () => {
    await using harness = await start({
      script: { replies: [{ reply: `${card} ${email} and a few more words` }] },
      faults: [{ type: "length" }],
    });
    const { text, callId } = await harness.seam.complete("redacted", { prompt });
    expect(text).toMatch(/lovelace@$/);
    expect((await eventOf(harness, callId)).response).toEqual([{ type: "text", text: "[card] …" }]);
  });

  test("an aborted stream", async () => {
    await using harness = await start({
      script: { replies: [{ reply: `${answer} ${answer}` }] },
      faults: [{ type: "stall", afterTokens: 20 }],
    });
    const stream = harness.seam.stream("redacted", { prompt });
    let seen = "";
    for await (const piece of stream) {
      seen += piece;
      if (seen.includes(email)) break;
    }
    await settled(harness.simulator);
    expect(await found(harness)).toEqual([]);
  });

  test("an error that quotes the prompt", async () => {
    const message = `The prompt ${JSON.stringify(prompt)} is not allowed`;
    await using harness = await start({ faults: [{ type: "status", status: 400, message }] });
    const error = await rejection(harness.seam.complete("redacted", { prompt }));
    expect(error).toMatchObject({
      code: "InvalidRequest",
      message: expect.stringContaining(email),
    });
    expect(await found(harness)).toEqual([]);
    const [event] = await harness.events();
    expect(event?.error_message).toContain("[email]");
    expect(event?.attempts[0]?.error).toContain("[email]");
  });

  test("an error that is cut off within an address", async () => {
    const message = `${"x ".repeat(244)}${email} is not allowed`;
    await using harness = await start({ faults: [{ type: "status", status: 400, message }] });
    await rejection(harness.seam.complete("redacted", { prompt: "hello" }));
    expect(await found(harness)).toEqual([]);
  });

  test("a fallback, and why it was taken", async () => {
    await using harness = await startHarness(
      {
        tasks: { ask: { model, fallbacks: ["openai/gpt-4.1-mini"], content: "redacted" } },
        defaults: { retry: { attempts: 1 } },
      },
      { faults: [{ type: "status", status: 500, message: `Failed on ${email}` }] },
    );
    await harness.seam.complete("ask", { prompt: "hello" });
    const [event] = await harness.events();
    expect(event?.reroutes[0]?.reason).toContain("Failed on [email]");
  });

  test("an extract that asks again: the parent and its children", async () => {
    await using harness = await start({
      script: {
        replies: [
          { times: 1, reply: { type: "json", value: { name: email, phone: 5551234567 } } },
          { reply: { type: "json", value: { name: email, phone: "555 1234567" } } },
        ],
      },
    });
    const { value, asks } = await harness.seam.extract("redacted", {
      prompt,
      schema: z.object({ name: z.string(), phone: z.string() }),
    });
    expect({ value, asks }).toEqual({ value: { name: email, phone: "555 1234567" }, asks: 2 });
    expect(await found(harness)).toEqual([]);
    const events = await harness.events();
    expect(events.map(({ content }) => content)).toEqual(["redacted", "redacted", "redacted"]);
    expect(events.at(-1)?.["response"]).toEqual([
      { type: "text", text: '{"name":"[email]","phone":"[phone]"}' },
    ]);
    expect((await bytesOf(harness)).get("seam.db-wal")).not.toContain("5551234567");
  });

  test("tools: what goes in, what comes out, and files", async () => {
    await using harness = await start({
      script: {
        replies: [
          { reply: { type: "tool-calls", calls: [{ name: "find", arguments: { mail: email } }] } },
        ],
      },
    });
    const request: LanguageModelV4CallOptions = {
      prompt: [
        {
          role: "user",
          content: [
            { type: "text", text: prompt },
            {
              type: "file",
              mediaType: "image/png",
              data: { type: "data", data: new TextEncoder().encode(email) },
            },
            { type: "file", mediaType: "image/png", data: { type: "data", data: btoa(email) } },
          ],
        },
        {
          role: "assistant",
          content: [
            {
              type: "tool-call",
              toolCallId: "call_1",
              toolName: "find",
              input: { mail: email, [email]: 1, deep: [{ type: card, number: 4111111111111111 }] },
            },
          ],
        },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "call_1",
              toolName: "find",
              output: {
                type: "json",
                value: { password: "hunter22", text: `{"mail":"${email}"}`, mobile: "5551234567" },
              },
            },
          ],
        },
      ],
      tools: [{ type: "function", name: "find", inputSchema: { type: "object", properties: {} } }],
    };
    await harness.seam.model("redacted").doGenerate(request);
    const [stored] = await harness.events();
    const event = await eventOf(harness, stored?.id ?? "");
    expect(event.prompt).toMatchObject({
      tools: request.tools,
      prompt: [
        {
          content: [
            {},
            { type: "text", text: "[file image/png, 24 bytes]" },
            { type: "text", text: "[file image/png, 24 bytes]" },
          ],
        },
        {
          content: [
            {
              toolCallId: "call_1",
              toolName: "find",
              input: {
                mail: "[email]",
                "[email]": 1,
                deep: [{ type: "[card]", number: "[card]" }],
              },
            },
          ],
        },
        {
          content: [
            {
              output: {
                type: "json",
                value: { password: "[secret]", text: '{"mail":"[email]"}', mobile: "[phone]" },
              },
            },
          ],
        },
      ],
    });
    expect(event.response).toMatchObject([{ toolName: "find", input: '{"mail":"[email]"}' }]);
    expect(await found(harness)).toEqual([]);
    const bytes = [...(await bytesOf(harness)).values()].join("\n");
    for (const text of ["hunter22", "5551234567", btoa(email)]) expect(bytes).not.toContain(text);
  });

  test("the task's own redactors, and no others", async () => {
    await using harness = await start();
    const { callId } = await harness.seam.complete("own", { prompt: `Ada: ${email}, ${phone}` });
    const { prompt: asked } = await eventOf(harness, callId);
    expect(JSON.stringify(asked)).toContain(`[name]: [email], ${phone}`);
  });

  test("identical requests have the same fingerprint, redacted or not", async () => {
    await using harness = await start();
    for (const task of ["full", "redacted", "none"] as const) {
      await harness.seam.complete(task, { prompt });
    }
    await harness.seam.complete("redacted", {
      prompt: prompt.replace(card, "5555 5555 5555 4444"),
    });
    const [full, redacted, none, other] = await harness.events();
    expect(redacted?.fingerprint).toBe(full?.fingerprint);
    expect(none?.fingerprint).toBe(full?.fingerprint);
    expect(other?.fingerprint).not.toBe(full?.fingerprint);
  });
});

describe("none: what was said is left out", () => {
  test("of an answer", async () => {
    await using harness = await start();
    const { text, callId } = await harness.seam.complete("none", { prompt });
    expect(text).toBe(answer);
    expect(await eventOf(harness, callId)).toMatchObject({
      content: "none",
      prompt: { prompt: [] },
      response: null,
      usage: { outputTokens: expect.any(Number) },
      finishReason: "stop",
    });
    expect(await found(harness)).toEqual([]);
  });

  test("of an error, which is redacted", async () => {
    const message = `Who is ${email}?`;
    await using harness = await start({ faults: [{ type: "status", status: 400, message }] });
    await rejection(harness.seam.complete("none", { prompt }));
    const [event] = await harness.events();
    expect(event).toMatchObject({ content: "none", prompt: { prompt: [] }, response: null });
    expect(event?.error_message).toContain("Who is [email]?");
  });
});

/** Collects what is warned about until it is disposed of. */
function collectWarnings(): Disposable & { readonly text: () => string } {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => {
    warnings.push(warning.message);
  };
  process.on("warning", onWarning);
  return {
    text: () => warnings.join("\n"),
    [Symbol.dispose]: () => process.off("warning", onWarning),
  };
}

describe("a warning about a rule that quotes the prompt", () => {
  test("tells nothing of it where the content is not kept in full", async () => {
    await using harness = await start();
    using warnings = collectWarnings();
    await harness.seam.complete("quietlyRuled", { prompt });
    await vi.waitFor(() => expect(warnings.text()).not.toBe(""));
    expect(warnings.text()).toMatch(/^A rule of quietlyRuled failed: TypeError\. /);
    expect(await found(harness)).toEqual([]);
  });

  test("holds no key in any case", async () => {
    await using harness = await start();
    using warnings = collectWarnings();
    await harness.seam.complete("ruled", { prompt });
    await vi.waitFor(() => expect(warnings.text()).not.toBe(""));
    expect(warnings.text()).toContain(`no rule for: I am ${email}`);
    expect(warnings.text()).not.toContain(secret);
  });
});

describe("a redactor that fails fails no call", () => {
  test.each(["failing", "wordless"] as const)("%s", async (task) => {
    const message = `Who is ${email}?`;
    await using harness = await start({
      script: { replies: [{ reply: answer }] },
      faults: [{ type: "none" }, { type: "status", status: 400, message }],
    });
    using warnings = collectWarnings();
    const { text } = await harness.seam.complete(task, { prompt });
    expect(text).toBe(answer);
    await rejection(harness.seam.complete(task, { prompt }));
    const events = await harness.events();
    const left = { content: "none", prompt: { prompt: [] }, response: null };
    expect(events).toMatchObject([left, { ...left, error_code: "InvalidRequest" }]);
    expect(events[1]?.error_message).toBe("(left out)");
    expect(events[0]?.notes).toEqual(["A redactor failed, so that the content was left out"]);
    expect(harness.seam.troubles()).toEqual({ [`A redactor of ${task} failed`]: 2 });
    expect(await found(harness)).toEqual([]);
    expect(warnings.text()).toContain(`A redactor of ${task} failed`);
    expect(warnings.text()).not.toContain(email);
  });
});

describe("the cache of a task that does not keep its content in full", () => {
  test("is in memory, with the real answer", async () => {
    await using harness = await start();
    const first = await harness.seam.complete("cached", { prompt });
    const second = await harness.seam.complete("cached", { prompt });
    expect([first.source, second.source]).toEqual(["model", "cache"]);
    expect(second.text).toBe(answer);
    expect(await found(harness)).toEqual([]);
  });

  test("is on disk where the config says so", async () => {
    await using harness = await start();
    await harness.seam.complete("lasting", { prompt });
    expect(await found(harness)).toEqual([email, card, phone, "ada.lovelace"]);
  });
});
