import { expect, test } from "vitest";
import { withDescribedLimits } from "./described.ts";
import { instanceOf } from "./instance.ts";

test.each([
  ["minimum: 1000; maximum: 9999.", { minimum: 1000, maximum: 9999 }],
  [
    "The order.\nmin length: 3; pattern: ^a; b$; unique items: true.",
    {
      minLength: 3,
      pattern: "^a; b$",
      uniqueItems: true,
    },
  ],
  [
    'The order.\n\n{maxLength: 9, pattern: "^[A-Z], {2}$"}',
    {
      maxLength: 9,
      pattern: "^[A-Z], {2}$",
    },
  ],
  ["format: e164.", { format: "e164" }],
  ["At minimum: be polite.", {}],
  ["A sentence. Another one.", {}],
])("limits are read from the description %j", (description, limits) => {
  expect(withDescribedLimits({ description })).toEqual({ description, ...limits });
});

test("a limit of the schema itself wins", () => {
  const schema = { minimum: 5, description: "minimum: 1000." };
  expect(withDescribedLimits(schema)).toEqual(schema);
});

test("values keep to described limits", () => {
  const schema = { type: "integer", description: "The order.\nminimum: 1000; maximum: 1003." };
  expect([1000, 1001, 1002, 1003]).toContain(instanceOf(schema, 9));
});
