import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attemptOf, eventOf } from "../../../test/support/event.ts";
import { redactors } from "../../redact/redactor.ts";
import { productionRow } from "./case-file.ts";
import { clustersOf } from "./cluster.ts";
import { inTurn, LeastRanks, rankOf } from "./ranks.ts";
import { recordedOf } from "./recorded.ts";
import { signOf } from "./sign.ts";

const all = Object.values(redactors);

describe("a call becomes a case", () => {
  test("with its messages as people write them, its answer, and nothing personal", () => {
    const event = eventOf({
      id: "c1",
      time: 1_000,
      tags: { user: "ada", session: "s", plan: "gold", mail: "ada@example.com" },
      prompt: {
        prompt: [
          { role: "system", content: "Be kind." },
          {
            role: "user",
            content: [
              { type: "text", text: "I am ada@example.com" },
              { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
            ],
          },
        ],
      },
      response: [{ type: "text", text: "Hello [name], call 030 901820" }],
    });
    const recorded = recordedOf(event, all);
    expect(recorded && productionRow(recorded)).toEqual({
      id: "c1",
      input: [
        { role: "system", content: "Be kind." },
        {
          role: "user",
          content: [
            { type: "text", text: "I am [email]" },
            { type: "text", text: "[file image/png, 3 bytes]" },
          ],
        },
      ],
      output: "Hello [name], call [phone]",
      metadata: {
        call: "c1",
        task: "ask",
        pattern: "complete",
        time: "1970-01-01T00:00:01.000Z",
        model: "first-1",
        finishReason: "stop",
        tags: { plan: "gold", mail: "[email]" },
      },
      review: "open",
    });
    expect(recorded?.text).toBe("I am [email]\n[file image/png, 3 bytes]");
  });

  test("an extract's value is what is expected; one that failed expects nothing", () => {
    const event = eventOf({
      id: "c",
      pattern: "extract",
      response: [{ type: "text", text: '{"mail":"a@b.co","n":4}' }],
      prompt: { prompt: [], responseFormat: { type: "json" } },
    });
    const rowOfEvent = (more: object) => {
      const recorded = recordedOf({ ...event, ...more }, all);
      return recorded && productionRow(recorded);
    };
    expect(rowOfEvent({})).toMatchObject({ expected: { mail: "[email]", n: 4 } });
    expect(rowOfEvent({ errorCode: "InvalidOutput" })).not.toHaveProperty("expected");
  });

  test("a model's calls of tools are its answer; without content there is no case", () => {
    const toolCall = { type: "tool-call", toolCallId: "1", toolName: "find", input: '{"q":1}' };
    const event = eventOf({ id: "c", response: [toolCall as never] });
    expect(recordedOf(event, all)?.output).toEqual({
      text: "",
      toolCalls: [{ name: "find", input: { q: 1 } }],
    });
    expect(recordedOf(eventOf({ id: "c", response: null }), all)?.output).toBeNull();
    expect(recordedOf(eventOf({ id: "c", content: "none" }), all)).toBeUndefined();
  });
});

test.each([
  ["error: RateLimited", { errorCode: "RateLimited" }],
  ["truncated", { finishReason: "length" }],
  ["refused", { finishReason: "content-filter" }],
  ["asked again", { pattern: "extract", children: 2 }],
  ["repeated", { repeatOf: "b" }],
  ["rerouted", { reroutes: [{ from: "a", to: "b", reason: "", number: 1 } as never] }],
  ["retried", { attempts: [attemptOf({ outcome: "RateLimited" }), attemptOf()] }],
  [undefined, { errorCode: "Aborted" }],
  [undefined, { pattern: "agent", children: 2 }],
] as const)("%s is seen in a call", (sign, changes) => {
  const event = eventOf({ id: "a", ...changes });
  expect(signOf(event, [], 0.5)).toBe(sign);
  const score = (value: number) => [{ callId: "a", name: "helpful", value, time: 0 }];
  expect(signOf(event, score(0.4), 0.5)).toBe("low score: helpful");
  expect(signOf(event, score(0.5), 0.5)).toBe(sign);
});

describe("clusters", () => {
  test("hold what is alike, in any language, and tell apart what is not", () => {
    const texts = [
      "Where is my refund for order 4711?",
      "The app crashes when I open the settings page.",
      "where is my refund for order 815",
      "App crashes when opening the settings page",
      "我的退款在哪里？",
      "我的退款在哪里",
    ];
    expect(clustersOf(texts, 0.5)).toEqual([0, 1, 0, 1, 2, 2]);
    expect(clustersOf(["", "a", "?"], 0.5)).toEqual([0, 1, 0]);
  });

  test("cover every text, are numbered without gaps, and equal texts share one", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(text), fc.double({ min: 0, max: 1, noNaN: true }), (lists, least) => {
        const texts = lists.map((words) => words.join(" "));
        const clusters = clustersOf(texts, least * 0.99);
        expect(clusters).toHaveLength(texts.length);
        expect([...new Set(clusters)]).toEqual([...new Set(clusters)].map((_, index) => index));
        const first = texts.map((each) => clusters[texts.indexOf(each)]);
        expect(clusters).toEqual(first);
      }),
    );
  });
});

describe("ranks", () => {
  test("any sample holds what it is asked for, once each, whatever the order", () => {
    const ids = fc.uniqueArray(fc.string(), { maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.nat(40), fc.nat(), (names, size, seed) => {
        const draw = (from: readonly string[]) => {
          const least = new LeastRanks<string>(size);
          for (const id of [...from, ...from]) least.add(id, rankOf(seed, id), id);
          return least.values();
        };
        const drawn = draw(names);
        expect(drawn).toHaveLength(Math.min(size, names.length));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(draw(names.toReversed())).toEqual(drawn);
      }),
    );
  });

  test("a weight of 3 is drawn about three times as readily as one of 1", () => {
    const first = Array.from({ length: 4_000 }, (_, seed) => {
      const least = new LeastRanks<string>(1);
      least.add("a", rankOf(seed, "a", 3), "a");
      least.add("b", rankOf(seed, "b", 1), "b");
      return least.values()[0];
    });
    const share = first.filter((id) => id === "a").length / first.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });

  test("groups take turns, the largest first, until nothing is left", () => {
    expect(inTurn([["a"], ["b", "c", "d"], ["e", "f"]])).toEqual(["b", "e", "a", "c", "f", "d"]);
    expect(inTurn([])).toEqual([]);
  });
});
