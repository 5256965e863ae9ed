import { expect, test } from "vitest";
import { RunText } from "./run-text.ts";

const text = (untrusted: boolean): RunText =>
  new RunText({ hosts: ["good.example"], trusted: [] }, () => untrusted);

function told(answers: readonly (readonly string[])[], untrusted: boolean): string {
  const run = text(untrusted);
  let all = "";
  for (const pieces of answers) {
    const sink = run.sink((piece) => {
      all += piece;
    });
    for (const piece of pieces) sink.push(piece);
    sink.end();
  }
  return all;
}

test("what one answer of a run ends with and the next begins with is no address together", () => {
  expect(
    told(
      [
        ["See https:", "//"],
        ["evil", ".example"],
      ],
      true,
    ),
  ).toBe("See https://\n\nevil.example");
  expect(told([["One.\n"], ["Two."]], true)).toBe("One.\nTwo.");
  expect(told([["See https:", "//"], ["any.example"]], false)).toBe("See https://any.example");
});

test("the texts of one answer are read as one, and only texts", () => {
  const content = [
    { type: "text", text: "See https:" },
    { type: "reasoning", text: "https://evil.example/x" },
    { type: "text", text: "//evil.example" },
  ];
  const guarded = text(true).guardContent(content);
  expect(guarded.map((part) => part.text).join("|")).toBe(
    "See |https://evil.example/x|[link removed: evil.example]",
  );
  expect(text(false).guardContent(content)).toEqual(content);
});
