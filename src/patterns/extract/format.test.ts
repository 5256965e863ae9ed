import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { formatOf } from "./format.ts";

const ticket = z.object({ category: z.string(), tags: z.array(z.string()).optional() });
const good = { category: "shipping", tags: ["late", "parcel"] };
const json = JSON.stringify(good);

async function read(text: string, schema = ticket): Promise<unknown> {
  const reading = await (await formatOf(schema, undefined)).read(text);
  return reading.ok
    ? reading.value
    : reading.issues.map(({ path, message }) => `${path}: ${message}`);
}

describe("an answer is read", () => {
  test.each([
    ["strictly", json],
    ["with space around it", `\n\n  ${json}\n`],
    ["in a code fence", `\`\`\`json\n${json}\n\`\`\``],
    ["in a bare fence", `\`\`\`\n${json}\n\`\`\``],
    ["in prose", `Sure, here it is: ${json}. Anything else?`],
    ["after a thought", `<think>What is {it} about?</think>\n${json}`],
    ["with trailing commas", `{"category": "shipping", "tags": ["late", "parcel",],}`],
    ["with single quotes", `{'category': 'shipping', 'tags': ['late', 'parcel']}`],
    ["with comments", `{"category": "shipping", // the kind\n"tags": ["late", "parcel"]}`],
    ["with bare keys", `{category: "shipping", tags: ["late", "parcel"]}`],
    ["given twice, the same", `${json}\nAgain:\n${json}`],
    ["beside JSON of another kind", `For {"other": 1} the answer is ${json}`],
    ["beside a list that does not fit", `[1] ${json}`],
  ])("%s", async (_name, text) => {
    expect(await read(text)).toEqual(good);
  });
});

describe("an answer is not guessed", () => {
  test.each([
    ["no JSON at all", "I cannot say.", /there is no JSON/],
    ["an empty answer", "", /there is no JSON/],
    ["two different answers", `${json} or {"category": "refund"}`, /2 different answers; give one/],
    ["a cut one", json.slice(0, -3), /cut off/],
    ["a cut one in a fence", `\`\`\`json\n${json.slice(0, -8)}\n\`\`\``, /cut off/],
    ["a cut one after a whole one", `${json}\n{"category": "ref`, /cut off/],
    ["a list with an ellipsis", '{"category": "a", "tags": ["late", ...]}', /cannot be read/],
    ["an object with an ellipsis", '{"category": "a", …}', /cannot be read/],
    ["a wrong type", '{"category": 5}', /^category: .*expected string/],
    ["a missing field", "{}", /^category: /],
  ])("%s", async (_name, text, issue) => {
    const issues = await read(text);
    expect(issues).toEqual([expect.stringMatching(issue)]);
  });

  test("dots inside strings are no ellipsis", async () => {
    expect(await read(`{"category": 'well...', }`)).toEqual({ category: "well..." });
  });
});

/** Schemas so wide that a part of an answer would fit as well as the whole. */
const wide = z.object({
  a: z.string().optional(),
  list: z.array(z.unknown()).optional(),
  inner: z.record(z.string(), z.unknown()).optional(),
});

describe("a cut answer never becomes smaller data", () => {
  const value = fc.record({
    a: fc.string(),
    list: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }),
    inner: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }),
  });
  const wrappings: ((text: string) => string)[] = [
    (text) => text,
    (text) => `\`\`\`json\n${text}`,
    (text) => `\`\`\`json\n${text}\n\`\`\``,
    (text) => `Here you are: ${text}`,
  ];

  test("wherever it is cut, however it is wrapped", async () => {
    await fc.assert(
      fc.asyncProperty(
        value,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.constantFrom(...wrappings),
        fc.boolean(),
        async (whole, share, wrap, pretty) => {
          const text = JSON.stringify(whole, null, pretty ? 2 : undefined);
          const cut = text.slice(0, Math.floor(text.length * share));
          const reading = await (await formatOf(wide, undefined)).read(wrap(cut));
          expect(reading.ok, `${wrap(cut)} was read as ${JSON.stringify(reading)}`).toBe(false);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("nor does a list at the root, nor one inside", async () => {
    const list = await formatOf(z.array(z.unknown()), undefined);
    for (const whole of ['{"value":[1,[2],{"a":[3]},"]"]}', '[1,[2],{"a":[3]},"]"]']) {
      for (let end = 0; end < whole.length; end++) {
        const reading = await list.read(whole.slice(0, end));
        expect(reading.ok, whole.slice(0, end)).toBe(false);
      }
      expect(await list.read(whole)).toEqual({ ok: true, value: [1, [2], { a: [3] }, "]"] });
    }
  });
});

describe("what a schema may be", () => {
  test("values that are no objects travel as the only member of one", async () => {
    const cases = [
      { schema: z.array(z.int()), value: [1, 2] },
      { schema: z.string(), value: "text" },
      { schema: z.enum(["a", "b"]), value: "a" },
      { schema: z.number().nullable(), value: null },
      { schema: z.boolean(), value: false },
      {
        schema: z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("a"), size: z.number() }),
          z.object({ kind: z.literal("b") }),
        ]),
        value: { kind: "b" },
      },
    ];
    for (const { schema, value } of cases) {
      const format = await formatOf(schema, undefined);
      expect(format.jsonSchema).toMatchObject({
        type: "object",
        required: ["value"],
        additionalProperties: false,
      });
      expect(await format.read(JSON.stringify({ value }))).toEqual({ ok: true, value });
      if (typeof value === "object") {
        expect(await format.read(JSON.stringify(value))).toEqual({ ok: true, value });
      }
    }
  });

  test("an object that has a member called value is left as it is", async () => {
    const format = await formatOf(z.object({ value: z.string() }), undefined);
    expect(await format.read('{"value":"x"}')).toEqual({ ok: true, value: { value: "x" } });
  });

  test("a recursive one keeps its references when it travels inside another", async () => {
    type Tree = { name: string; children: Tree[] };
    const tree: z.ZodType<Tree> = z.lazy(() =>
      z.object({ name: z.string(), children: z.array(tree) }),
    );
    const value = [{ name: "a", children: [{ name: "b", children: [] }] }];
    const format = await formatOf(z.array(tree), undefined);
    expect(await format.read(JSON.stringify({ value }))).toEqual({ ok: true, value });
    const text = JSON.stringify(format.jsonSchema);
    for (const [, reference = ""] of text.matchAll(/"\$ref":"(#[^"]*)"/g)) {
      let found: unknown = format.jsonSchema;
      for (const step of reference.slice(2).split("/"))
        found = (found as Record<string, unknown>)[step];
      expect(found, reference).toBeDefined();
    }
  });

  test.each([
    ["Zod", z.object({ order: z.number(), note: z.string().optional() })],
    ["Valibot", v.object({ order: v.number(), note: v.optional(v.string()) })],
    ["ArkType", type({ order: "number", "note?": "string" })],
  ])("one of %s, with its JSON Schema", async (_name, schema) => {
    const format = await formatOf(schema, undefined);
    expect(format.jsonSchema).toMatchObject({
      type: "object",
      properties: { order: { type: "number" }, note: { type: "string" } },
      required: ["order"],
    });
    expect(await format.read('{"order": 5}')).toEqual({ ok: true, value: { order: 5 } });
    expect(await format.read('{"order": "five"}')).toMatchObject({
      ok: false,
      issues: [{ path: "order" }],
    });
  });

  test("coercions, defaults, transforms and asynchronous checks all apply", async () => {
    const schema = z.object({
      order: z.coerce.number(),
      at: z.string().transform((text) => new Date(text)),
      kind: z.string().default("other"),
      name: z
        .string()
        .refine(async (name) => (await Promise.resolve(name)) !== "nobody", "nobody is no name"),
    });
    const format = await formatOf(schema, undefined);
    const text = { order: "4711", at: "2026-01-01T00:00:00Z", name: "Ada" };
    expect(await format.read(JSON.stringify(text))).toEqual({
      ok: true,
      value: { order: 4711, at: new Date("2026-01-01T00:00:00Z"), kind: "other", name: "Ada" },
    });
    expect(await format.read(JSON.stringify({ ...text, name: "nobody" }))).toEqual({
      ok: false,
      issues: [{ path: "name", message: "nobody is no name" }],
    });
  });

  test("one that cannot be written as JSON Schema says so and names the way out", async () => {
    await expect(formatOf(z.object({ at: z.date() }), undefined)).rejects.toMatchObject({
      code: "InvalidRequest",
      message: expect.stringMatching(/give `jsonSchema` beside it/),
    });
    const own = { type: "object", properties: { at: { type: "string" } } } as const;
    const format = await formatOf(z.object({ at: z.coerce.date() }), own);
    expect(format.jsonSchema).toEqual({ ...own, additionalProperties: false });
  });
});
