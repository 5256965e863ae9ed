import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactContent } from "./redact-content.ts";
import { type Redactor, redactors } from "./redactor.ts";

const redact: Redactor = (text, field) =>
  Object.values(redactors).reduce((clean, next) => next(clean, field), text);
const mail = "ada@example.com";

describe("every text is redacted", () => {
  test("but what says what a part is", () => {
    const stars: Redactor = () => "*";
    const part = {
      type: "tool-call",
      toolCallId: "call_1",
      toolName: "find",
      input: { type: "x" },
    };
    expect(redactContent({ role: "assistant", content: [part] }, stars)).toEqual({
      role: "assistant",
      content: [{ ...part, input: { type: "*" } }],
    });
  });

  test("also where a text serves as a name, and two of them become one", () => {
    const input = { [mail]: 1, "bob@example.com": 2, plain_name: 3 };
    expect(redactContent({ input }, redact)).toEqual({ input: { "[email]": 2, plain_name: 3 } });
  });

  test("and numbers that are someone's", () => {
    const input = {
      card: 4111111111111111,
      big: 4111111111111111n,
      phone: 5551234567,
      order: 4711,
    };
    expect(redactContent({ input }, redact)).toEqual({
      input: { card: "[card]", big: "[card]", phone: "[phone]", order: 4711 },
    });
  });

  test("JSON within a text stays JSON; other text and clean JSON stay as they were", () => {
    const text = `{ "n": [1, "${mail}", 4111111111111111] }`;
    expect(redactContent(text, redact)).toBe('{"n":[1,"[email]","[card]"]}');
    expect(redactContent('{ "a":  1 }', redact)).toBe('{ "a":  1 }');
    expect(redactContent(`[${mail}`, redact)).toBe("[[email]");
    expect(redactContent('{"card":4000000000000000006}', redact)).toBe('{"card":[card]}');
  });

  test("addresses and dates as the texts they are written as", () => {
    const url = new URL(`https://example.com/?u=${mail}`);
    expect(redactContent({ value: { url, at: new Date(0) } }, redact)).toEqual({
      value: { url: "https://example.com/?u=[email]", at: "1970-01-01T00:00:00.000Z" },
    });
  });
});

test.each([
  [new Uint8Array(5), "5 bytes"],
  ["aGVsbG8=", "5 bytes"],
  [{ type: "data", data: new Uint8Array(7) }, "7 bytes"],
  [{ type: "text", text: mail }, "15 characters"],
  [{ type: "url", url: new URL("https://example.com") }, "at a URL"],
  [new URL("https://example.com"), "at a URL"],
  [{ type: "reference", reference: { openai: "file-1" } }, "at the provider"],
  [undefined, "empty"],
])("a file is replaced by what it is: %j", (data, size) => {
  const file = { type: "file", mediaType: "image/png", filename: mail, data };
  const text = { type: "text", text: `[file image/png, ${size}]` };
  expect(redactContent([file, { value: [file] }], redact)).toEqual([text, { value: [text] }]);
});

test("bytes elsewhere are replaced, too", () => {
  expect(redactContent({ input: Buffer.from(mail) }, redact)).toEqual({ input: "[15 bytes]" });
});

test("any JSON keeps its form, and nothing personal is left in it", () => {
  const leaf = fc.oneof(
    fc.constantFrom(mail, "4111 1111 1111 1111", "+49 170 1234567", "plain", true, null, 7),
    fc.string(),
  );
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("json"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.constantFrom("type", "data", mail), fc.string()), tie("json")),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => {
      const clean = redactContent({ input: value }, redact);
      expect(JSON.stringify(clean)).not.toMatch(/ada@example|4111 1111|170 1234567/);
      expect(redactContent(clean, redact)).toEqual(clean);
    }),
  );
});
