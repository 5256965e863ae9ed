import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { JsonSchema } from "../request.ts";
import { instanceOf } from "./instance.ts";

const leaf: fc.Arbitrary<z.ZodType> = fc.oneof(
  fc.constantFrom<z.ZodType>(
    z.string(),
    z.boolean(),
    z.null(),
    z.int(),
    z.number(),
    z.email(),
    z.url(),
    z.uuid(),
    z.uuidv7(),
    z.iso.datetime(),
    z.iso.date(),
    z.iso.time(),
    z.ipv4(),
    z.literal("fixed"),
    z.literal(7),
    z.literal(["one", "two"]),
    z.string().regex(/^ORD-\d{4,6}$/),
    z.string().regex(/^[A-Z]{2}[0-9]+(?:-x|y)?$/),
    z.string().startsWith("sim-"),
    z.string().nonempty(),
    z.int().positive(),
    z.number().negative(),
    z.number().gt(0).lt(1),
    z.int().multipleOf(7),
    z.number().multipleOf(0.25).min(3),
  ),
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }))
    .map(([a, b]) => z.string().min(Math.min(a, b)).max(Math.max(a, b))),
  fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 50 }))
    .map(([low, room]) =>
      z
        .int()
        .min(low)
        .max(low + room),
    ),
  fc
    .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.integer({ min: 1, max: 9 }))
    .map(([low, room]) =>
      z
        .number()
        .gt(low)
        .lt(low + room / 10),
    ),
  fc
    .uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 })
    .map((names) => z.enum(names)),
);

const fieldName = fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,9}$/);

const schemas = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("schema").map((inner) => inner.nullable()),
    tie("schema").map((inner) => z.array(inner)),
    fc
      .tuple(tie("schema"), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
      .map(([inner, min, room]) =>
        z
          .array(inner)
          .min(min)
          .max(min + room),
      ),
    fc.tuple(tie("schema"), tie("schema")).map(([first, second]) => z.tuple([first, second])),
    fc.tuple(tie("schema"), tie("schema")).map((options) => z.union(options)),
    tie("schema").map((inner) => z.record(z.string(), inner)),
    tie("schema").map((inner) => z.record(z.enum(["left", "right"]), inner)),
    fc
      .dictionary(fieldName, fc.tuple(tie("schema"), fc.boolean()), { maxKeys: 5 })
      .map((fields) =>
        z.strictObject(
          Object.fromEntries(
            Object.entries(fields).map(([name, [inner, required]]) => [
              name,
              required ? inner : inner.optional(),
            ]),
          ),
        ),
      ),
    fc
      .tuple(tie("schema"), tie("schema"))
      .map(([a, b]) =>
        z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("a"), a }),
          z.object({ kind: z.literal("b"), b }),
        ]),
      ),
    fc
      .tuple(tie("schema"), tie("schema"))
      .map(([a, b]) => z.intersection(z.object({ a }), z.object({ b }))),
  ),
})).schema;

function jsonSchemaOf(schema: z.ZodType, target: "draft-7" | "draft-2020-12"): JsonSchema {
  return { ...z.toJSONSchema(schema, { target }) };
}

describe("a value for a schema", () => {
  test.each(["draft-7", "draft-2020-12"] as const)("is valid for any Zod schema (%s)", (target) => {
    fc.assert(
      fc.property(schemas, fc.nat(), (schema, seed) => {
        const value = instanceOf(jsonSchemaOf(schema, target), seed);
        const result = schema.safeParse(value);
        expect(result.error?.issues, JSON.stringify(value)).toBeUndefined();
      }),
      { numRuns: 300, seed: 20260115 },
    );
  });

  test("is the same for the same seed and may differ for another", () => {
    const schema = jsonSchemaOf(z.object({ level: z.enum(["a", "b", "c", "d"]) }), "draft-7");
    expect(instanceOf(schema, 1)).toEqual(instanceOf(schema, 1));
    const seen = new Set(
      [1, 2, 3, 4, 5, 6].map((seed) => JSON.stringify(instanceOf(schema, seed))),
    );
    expect(seen.size).toBeGreaterThan(1);
  });

  test("ends for schemas that contain themselves", () => {
    const category = z.object({
      name: z.string(),
      get children() {
        return z.array(category);
      },
      get parent() {
        return category.nullable();
      },
    });
    const value = instanceOf(jsonSchemaOf(category, "draft-2020-12"), 3);
    expect(category.safeParse(value).success).toBe(true);
  });

  test("follows references, allOf and nullable types written by hand", () => {
    const value = instanceOf(
      {
        $defs: { id: { type: "string", pattern: "^T-[0-9]{3}$" } },
        allOf: [
          { type: "object", properties: { id: { $ref: "#/$defs/id" } }, required: ["id"] },
          { properties: { note: { type: ["string", "null"], maxLength: 5 } }, required: ["note"] },
        ],
      },
      1,
    );
    expect(value).toEqual({
      id: expect.stringMatching(/^T-\d{3}$/),
      note: expect.stringMatching(/^.{1,5}$/),
    });
  });

  test("keeps array items distinct where the schema asks for it", () => {
    const items = { enum: ["red", "green", "blue"] };
    const value = instanceOf({ type: "array", minItems: 3, uniqueItems: true, items }, 5);
    expect(new Set(value as string[])).toEqual(new Set(["red", "green", "blue"]));
  });
});
