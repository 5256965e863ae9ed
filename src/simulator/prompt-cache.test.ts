import { expect, test } from "vitest";
import { createPromptCache } from "./prompt-cache.ts";
import type { ScriptRequest } from "./request.ts";

const mark = (ttl?: string) => ({ cache_control: { type: "ephemeral", ...(ttl && { ttl }) } });
const text = (said: string, more: object = {}) => ({ type: "text", text: said, ...more });
const long = "x".repeat(8_000);

const nothing = { cachedInputTokens: 0, cacheWriteTokens: 0, hourWriteTokens: 0 };

function asked(protocol: ScriptRequest["protocol"], body: object): ScriptRequest {
  return { protocol, model: "m", body } as ScriptRequest;
}
const anthropic = (...content: object[]): ScriptRequest =>
  asked("anthropic", { messages: [{ role: "user", content }] });

test("a marked beginning is written once and read then, for five minutes from its last use", () => {
  let now = 0;
  const cache = createPromptCache(() => now);
  const ask = (question: string) =>
    cache.take(anthropic(text(long, mark()), text(question)), 2_000);
  expect(ask("a")).toMatchObject({ cachedInputTokens: 0, cacheWriteTokens: expect.any(Number) });
  const written = ask("a").cachedInputTokens;
  expect(written).toBeGreaterThan(1_950);
  now += 299_000;
  expect(ask("b")).toEqual({ ...nothing, cachedInputTokens: written });
  now += 299_000;
  expect(ask("c").cachedInputTokens).toBe(written);
  now += 301_000;
  expect(ask("d")).toMatchObject({ cachedInputTokens: 0, cacheWriteTokens: written });
});

test("an hour where the mark asks for one", () => {
  let now = 0;
  const cache = createPromptCache(() => now);
  const ask = () => cache.take(anthropic(text(long, mark("1h"))), 2_000);
  expect(ask()).toEqual({ ...nothing, cacheWriteTokens: 2_000, hourWriteTokens: 2_000 });
  now += 3_500_000;
  expect(ask()).toEqual({ ...nothing, cachedInputTokens: 2_000 });
});

test("nothing without a mark, nothing below 1,024 tokens, nothing of another model or another text", () => {
  const cache = createPromptCache();
  for (const _ of "12") expect(cache.take(anthropic(text(long)), 2_000)).toEqual(nothing);
  for (const _ of "12") expect(cache.take(anthropic(text(long, mark())), 1_000)).toEqual(nothing);
  const body = { messages: [{ role: "user", content: [text(long, mark())] }] };
  expect(cache.take(asked("anthropic", body), 2_000).cacheWriteTokens).toBe(2_000);
  const other = { ...asked("anthropic", body), model: "other" };
  expect(cache.take(other, 2_000).cachedInputTokens).toBe(0);
  expect(cache.take(anthropic(text(`${long}y`, mark())), 2_000).cachedInputTokens).toBe(0);
});

test("an earlier mark is found 20 blocks back, and no further", () => {
  const turns = (count: number) => Array.from({ length: count }, (_, turn) => text(`turn ${turn}`));
  const grown = (blocks: number) => anthropic(text(long, mark()), ...turns(blocks));
  const end = (request: ScriptRequest) => {
    const body = request.body as { messages: [{ content: object[] }] };
    const [{ content }] = body.messages;
    return anthropic(
      ...content.map((block, index) => ({
        ...block,
        ...(index === content.length - 1 ? mark() : { cache_control: undefined }),
      })),
    );
  };
  const near = createPromptCache();
  near.take(grown(0), 2_000);
  expect(near.take(end(grown(19)), 2_500).cachedInputTokens).toBeGreaterThan(1_500);
  const far = createPromptCache();
  far.take(grown(0), 2_000);
  expect(far.take(end(grown(20)), 2_500).cachedInputTokens).toBe(0);
});

test("OpenAI keeps every beginning by itself and bills no writing", () => {
  const cache = createPromptCache();
  const ask = (question: string) =>
    cache.take(
      asked("openai", {
        messages: [
          { role: "system", content: long },
          { role: "user", content: question },
        ],
      }),
      2_000,
    );
  expect(ask("a")).toEqual(nothing);
  expect(ask("b").cachedInputTokens).toBeGreaterThan(1_900);
  expect(ask("b")).toEqual({ ...nothing, cachedInputTokens: 2_000 });
});
