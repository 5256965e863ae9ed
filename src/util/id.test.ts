import { expect, test } from "vitest";
import { newId } from "./id.ts";

test("ids are of one length, all different, and sort as they were made, also inside a millisecond", () => {
  const ids = [...Array(5_000)].map((_, index) =>
    newId(1_790_000_000_000 + Math.floor(index / 900)),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
  expect(ids.every((id) => /^[0-9a-z]{20}$/.test(id))).toBe(true);
});
