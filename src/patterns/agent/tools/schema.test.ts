import type { JSONSchema7 } from "@ai-sdk/provider";
import { jsonSchema, zodSchema } from "ai";
import { type } from "arktype";
import * as v from "valibot";
import { expect, test } from "vitest";
import { z } from "zod";
import type { AgentTool } from "../tool.ts";
import { schemaOf } from "./schema.ts";

const shipping: JSONSchema7 = { type: "object", properties: { orderId: { type: "string" } } };
const strict: JSONSchema7 = { ...shipping, required: ["orderId"], additionalProperties: false };

function toolWith(inputSchema: unknown): AgentTool {
  return { effect: "read", inputSchema: inputSchema as AgentTool["inputSchema"], execute: () => 1 };
}

test.each([
  ["zod", z.object({ orderId: z.string() })],
  ["valibot", v.object({ orderId: v.string() })],
  ["arktype", type({ orderId: "string" })],
  ["the AI SDK's zodSchema", zodSchema(z.object({ orderId: z.string() }))],
  ["the AI SDK's jsonSchema", jsonSchema(strict)],
  ["the AI SDK's jsonSchema with a promise", jsonSchema(Promise.resolve(strict))],
  ["a lazy schema", () => jsonSchema(strict)],
  ["a lazy schema of zod", () => z.object({ orderId: z.string() })],
])("%s: shown as an object, and read", async (_, inputSchema) => {
  const { jsonSchema: shown, read, note } = await schemaOf("lookUp", toolWith(inputSchema));
  expect(shown).toMatchObject(strict);
  expect(note).toBeNull();
  expect(await read({ orderId: "A1" })).toEqual({ ok: true, value: { orderId: "A1" } });
  expect(await read({ orderId: 1 })).toMatchObject({
    ok: false,
    issues: [{ path: "orderId", message: expect.stringMatching(/string/i) }],
  });
  expect(await read([])).toMatchObject({ ok: false });
});

test("a schema that is no object travels as the only member of one", async () => {
  const kinds = z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("order"), id: z.string() }),
    z.object({ kind: z.literal("mail"), mail: z.string() }),
  ]);
  const { jsonSchema: shown, read } = await schemaOf("find", toolWith(kinds));
  expect(shown).toMatchObject({ type: "object", required: ["value"] });
  const value = { kind: "order", id: "A1" };
  expect(await read({ value })).toEqual({ ok: true, value });
  expect(await read(value)).toEqual({ ok: true, value });
});

test("what a schema makes of a value is what the tool is given", async () => {
  const schema = z.object({ amount: z.coerce.number(), currency: z.string().default("USD") });
  const { read } = await schemaOf("refund", toolWith(schema));
  expect(await read({ amount: "20" })).toEqual({
    ok: true,
    value: { amount: 20, currency: "USD" },
  });
});

test("a schema is made once, however many agents are", async () => {
  const inputSchema = z.object({ id: z.string() });
  const first = schemaOf("one", toolWith(inputSchema));
  expect(await schemaOf("one", { ...toolWith(inputSchema) })).toBe(await first);
});

test.each([
  ["no type at the root", { properties: { id: { type: "string" } } }, { id: 1 }],
  [
    "members of a member",
    { type: "object", properties: { a: { properties: { id: { type: "string" } } } } },
    { a: { id: 1 } },
  ],
  [
    "a reference",
    {
      type: "object",
      properties: { id: { $ref: "#/$defs/id" } },
      $defs: { id: { type: "string" } },
    },
    { id: 1 },
  ],
  [
    "one of two, neither",
    {
      type: "object",
      oneOf: [
        { properties: { id: { type: "string" } }, required: ["id"] },
        { properties: { mail: { type: "string" } }, required: ["mail"] },
      ],
    },
    { id: 1 },
  ],
])("a bare JSON Schema is checked: %s", async (_, schema, wrong) => {
  const { read, note, jsonSchema: shown } = await schemaOf("t", toolWith({ jsonSchema: schema }));
  expect(note).toBeNull();
  expect(shown.type).toBe("object");
  expect(await read(wrong)).toMatchObject({ ok: false });
});

test("what a bare schema means is not refused where its words cannot all be checked", async () => {
  const schema = { ...shipping, oneOf: [{ required: ["orderId"] }, { required: ["mail"] }] };
  const { read } = await schemaOf("t", toolWith({ jsonSchema: schema }));
  expect(await read({ orderId: "A1" })).toMatchObject({ ok: true });
});

test.each([
  ["conditions", { ...shipping, if: { required: ["orderId"] }, else: {} }],
  [
    "a schema elsewhere",
    { type: "object", properties: { a: { $ref: "https://x.example/s.json" } } },
  ],
  [
    "a pattern that is none",
    { type: "object", properties: { a: { type: "string", pattern: "(?i)[" } } },
  ],
])("%s: only an object is asked for, and it is said", async (_, schema) => {
  const { read, note, jsonSchema: shown } = await schemaOf("t", toolWith({ jsonSchema: schema }));
  expect(note).toMatch(/^Arguments are only checked to be an object: ./);
  expect(shown).toEqual(schema);
  expect(await read({ orderId: 1 })).toEqual({ ok: true, value: { orderId: 1 } });
  expect(await read("x")).toMatchObject({ ok: false });
});

test("issues of a validator of one's own keep their paths, or its message", async () => {
  const failing = (error: unknown) =>
    schemaOf("t", toolWith({ jsonSchema: shipping, validate: () => ({ success: false, error }) }));
  const issues = [{ path: ["lines", 0, "sku"], message: "is unknown" }];
  const wrapped = await failing(new Error("does not fit", { cause: issues }));
  expect(await wrapped.read({})).toEqual({
    ok: false,
    issues: [{ path: "lines.0.sku", message: "is unknown" }],
  });
  const plain = await failing(new Error("does not fit"));
  expect(await plain.read({})).toEqual({
    ok: false,
    issues: [{ path: "", message: "does not fit" }],
  });
});

test.each([
  [
    "a function that fails",
    () => {
      throw new Error("no file");
    },
  ],
  ["a date", z.object({ at: z.date() })],
  ["no JSON Schema", { jsonSchema: 5 }],
])("%s is no schema: the tool is named", async (_, inputSchema) => {
  await expect(async () => schemaOf("refund", toolWith(inputSchema))).rejects.toMatchObject({
    code: "ConfigError",
    issues: [{ path: "tools.refund.inputSchema" }],
  });
});
