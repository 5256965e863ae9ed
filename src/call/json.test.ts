import { expect, test } from "vitest";
import { fromJson, toJson } from "./json.ts";

const bytes = new Uint8Array([0, 1, 254, 255]);

test("bytes come back as they were, however deep they lie", () => {
  const content = [{ type: "file", data: { type: "data", data: bytes } }];
  expect(fromJson(toJson(content))).toEqual(content);
});

test("a Buffer is kept as bytes, not as a list of numbers", () => {
  const text = toJson({ data: Buffer.from(bytes) });
  expect(text).toBe('{"data":{"$bytes":"AAH+/w=="}}');
  expect(fromJson(text)).toEqual({ data: bytes });
});

test("a bigint becomes text instead of an error", () => {
  expect(toJson({ args: [{ n: 12n }] })).toBe('{"args":[{"n":"12"}]}');
});

test("plain values are plain JSON", () => {
  const value = { a: [1, null, "ü"], b: { c: true }, url: new URL("https://example.com/x") };
  expect(toJson(value)).toBe(JSON.stringify(value));
  expect(fromJson(toJson({ a: [1, null, "ü"] }))).toEqual({ a: [1, null, "ü"] });
});
