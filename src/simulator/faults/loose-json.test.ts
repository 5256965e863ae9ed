import fc from "fast-check";
import { jsonrepair } from "jsonrepair";
import { expect, test } from "vitest";
import { looseJson } from "./loose-json.ts";

test("a repair library reads the same value from loose JSON", () => {
  const value = fc.jsonValue({ stringUnit: "grapheme-ascii", maxDepth: 3 });
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z' "]{1,8}$/), value), (object) => {
      expect(JSON.parse(jsonrepair(looseJson(object)))).toEqual(JSON.parse(JSON.stringify(object)));
    }),
    { seed: 4711 },
  );
});

test("loose JSON of an object or a list is not JSON", () => {
  for (const value of [{}, { a: 1 }, [], ["it's"]]) {
    expect(() => JSON.parse(looseJson(value))).toThrow();
  }
});
