import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "./canonical.ts";
import { fingerprint } from "./fingerprint.ts";
import type { ModelRequest } from "./request.ts";
import type { Target } from "./target.ts";

/** A request in which every field is set that the AI SDK knows: a new one is a compile error here. */
const everything: Required<Omit<ModelRequest, "headers" | "includeRawChunks">> = {
  maxOutputTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  presencePenalty: 0.1,
  frequencyPenalty: 0.2,
  stopSequences: ["END", "STOP"],
  seed: 7,
  reasoning: "low",
  toolChoice: { type: "tool", toolName: "lookUp" },
  responseFormat: {
    type: "json",
    name: "ticket",
    description: "one ticket",
    schema: {
      type: "object",
      properties: { order: { type: "integer", minimum: 1 }, tags: { type: "array", items: {} } },
      required: ["order"],
    },
  },
  tools: [
    {
      type: "function",
      name: "lookUp",
      description: "looks an order up",
      inputSchema: { type: "object", properties: { id: { type: "string" } } },
      inputExamples: [{ input: { id: "4711" } }],
      strict: true,
      providerOptions: { anthropic: { cacheControl: { type: "ephemeral" } } },
    },
    { type: "provider", id: "anthropic.web_search", name: "search", args: { maxUses: 2 } },
  ],
  providerOptions: {
    anthropic: { thinking: { type: "enabled", budgetTokens: 1_024 } },
    openai: {},
  },
  prompt: [
    { role: "system", content: "Be brief.", providerOptions: { anthropic: { kind: "a" } } },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?", providerOptions: { openai: { detail: "high" } } },
        {
          type: "file",
          mediaType: "image/png",
          filename: "shot.png",
          data: { type: "data", data: new Uint8Array([1, 2, 3]) },
        },
        {
          type: "file",
          mediaType: "application/pdf",
          data: { type: "url", url: new URL("https://example.com/a.pdf") },
        },
      ],
    },
    {
      role: "assistant",
      content: [
        {
          type: "reasoning",
          text: "Let me see.",
          providerOptions: { anthropic: { signature: "s" } },
        },
        { type: "tool-call", toolCallId: "call_1", toolName: "lookUp", input: { id: "4711" } },
      ],
    },
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: "call_1",
          toolName: "lookUp",
          output: { type: "json", value: { found: true, price: 1.5, note: null } },
        },
      ],
    },
  ],
};

function targetAt(name: string, endpoint: string): Target {
  return { identity: { name, endpoint } } as Target;
}

const target = targetAt("anthropic/claude-haiku-4-5", "https://api.anthropic.com/v1");
const keyOf = (request: unknown, namespace = "", of = target): string =>
  fingerprint(namespace, of, request as ModelRequest);

type Path = readonly (string | number)[];

/** Every place in a value, the value itself left out. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null || isAtom(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [here, ...placesIn(inner, here)];
  });
}

function isAtom(value: unknown): boolean {
  return value instanceof Uint8Array || value instanceof URL;
}

function edit(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? ([...value] as unknown as Record<number, unknown>)
    : { ...(value as Record<string, unknown>) };
  copy[key] = edit(copy[key], rest, change);
  return copy;
}

/** Other values in the place of one. */
function mutantsOf(value: unknown): unknown[] {
  if (typeof value === "string")
    return [`${value} `, value.toUpperCase() === value ? "q" : value.toUpperCase(), ""];
  if (typeof value === "number") return [value + 1, -value, value / 3, String(value)];
  if (typeof value === "boolean") return [!value, String(value), Number(value)];
  if (value === null) return ["null", 0, false, {}];
  if (value instanceof Uint8Array)
    return [new Uint8Array([...value, 0]), new Uint8Array([3, 2, 1]), [...value]];
  if (value instanceof URL) return [new URL(`${value.href}?v=2`), value.href];
  if (Array.isArray(value)) {
    return [
      [...value, {}],
      value.slice(1),
      ...(value.length > 1 ? [value.toReversed()] : []),
      { ...value },
    ];
  }
  return [{ ...(value as object), added: true }, [value], null];
}

describe("the key of an answer", () => {
  const places = placesIn(everything).map((path) => ({ path, name: path.join(".") }));

  test("there are places of every kind to change", () => {
    expect(places.length).toBeGreaterThan(80);
    expect(new Set(places.map(({ path }) => path[0]))).toEqual(new Set(Object.keys(everything)));
  });

  test.each(places)("changes with $name", ({ path }) => {
    const original = keyOf(everything);
    edit(everything, path, (value) => {
      for (const mutant of mutantsOf(value)) {
        expect(keyOf(edit(everything, path, () => mutant)), canonical(mutant)).not.toBe(original);
      }
      expect(keyOf(edit(everything, path, () => undefined)), "left out").not.toBe(original);
      return value;
    });
  });

  test("changes with the target, its address and the namespace, and with nothing else said of them", () => {
    const keys = [
      keyOf(everything),
      keyOf(everything, "tenant-a"),
      keyOf(everything, "tenant-b"),
      keyOf(
        everything,
        "",
        targetAt("anthropic/claude-sonnet-4-6", "https://api.anthropic.com/v1"),
      ),
      keyOf(everything, "", targetAt("anthropic/claude-haiku-4-5", "https://proxy.example/v1")),
      keyOf(everything, "", targetAt("anthropic/claude-haiku-4-5", "instance 1")),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(everything, "", { ...target, settings: { topK: 3 }, price: undefined })).toBe(
      keys[0],
    );
  });

  test("does not change with headers, raw chunks, the order of keys, copies, or members left undefined", () => {
    const original = keyOf(everything);
    expect(keyOf(structuredCloneOf(everything))).toBe(original);
    expect(keyOf(shuffled(everything))).toBe(original);
    const more = {
      headers: { authorization: "Bearer secret", "x-request-id": "1" },
      includeRawChunks: true,
    };
    expect(keyOf({ ...everything, ...more, abortSignal: undefined })).toBe(original);
    for (const { path } of places) {
      const withUndefined = edit(everything, path, (value) =>
        typeof value === "object" && value !== null && !Array.isArray(value) && !isAtom(value)
          ? { ...value, absent: undefined }
          : value,
      );
      expect(keyOf(withUndefined)).toBe(original);
    }
  });

  test("moving text between neighbours changes it: there is no separator to imitate", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 2 }),
        fc.array(fc.string(), { minLength: 2 }),
        (a, b) => {
          const prompt = (texts: readonly string[]): unknown => ({
            prompt: [{ role: "user", content: texts.map((text) => ({ type: "text", text })) }],
          });
          expect(keyOf(prompt(a)) === keyOf(prompt(b))).toBe(
            JSON.stringify(a) === JSON.stringify(b),
          );
        },
      ),
    );
    const split = (namespace: string, text: string): string =>
      keyOf({ prompt: [{ role: "system", content: text }] }, namespace);
    expect(split("ab", "c")).not.toBe(split("a", "bc"));
  });
});

describe("canonical text", () => {
  test("is equal for equal JSON and different for different JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const equal =
          canonical(JSON.parse(JSON.stringify(a))) === canonical(JSON.parse(JSON.stringify(b)));
        expect(equal).toBe(sortedJson(a) === sortedJson(b));
      }),
    );
  });

  test("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => canonical(shuffled(value)) === canonical(value)),
    );
  });

  test("tells values apart that JSON does not have", () => {
    const values = [
      null,
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      0,
      "0",
      0n,
      new Date(0),
      "1970-01-01T00:00:00.000Z",
      new URL("https://example.com/"),
      "https://example.com/",
      new Uint8Array([1]),
      [1],
      { 0: 1 },
      /a/g,
      "/a/g",
      new Map([["a", 1]]),
      new Map([["a", 2]]),
      [["a", 1]],
      new Set(["a"]),
      new Set(["b"]),
      new Hidden("a"),
      new Hidden("b"),
      "a",
      {},
    ];
    const texts = values.map((value) => canonical([value]));
    expect(new Set(texts).size).toBe(values.length);
  });
});

class Hidden {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toJSON(): string {
    return `hidden ${this.#text}`;
  }
}

function structuredCloneOf(value: unknown): unknown {
  if (value instanceof URL) return new URL(value.href);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(structuredCloneOf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, structuredCloneOf(inner)]),
  );
}

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null || isAtom(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, shuffled(inner)] as const);
  return Object.fromEntries(entries.toReversed());
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
