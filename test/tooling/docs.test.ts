import { expect, test } from "vitest";
import { type Region, replaceRegion, unregistered } from "../../scripts/regions.ts";

const region: Region = { file: "docs/a.md", name: "faults", render: () => "| new |" };
const page = "# A\n\n<!-- generated:faults -->\n\n| old |\n\n<!-- /generated:faults -->\n\nEnd.\n";

test("a generated region is replaced and the prose around it kept", () => {
  expect(replaceRegion(page, region)).toBe(
    "# A\n\n<!-- generated:faults -->\n\n| new |\n\n<!-- /generated:faults -->\n\nEnd.\n",
  );
});

test("a fresh page stays as it is, so that --check finds no drift", () => {
  const fresh = replaceRegion(page, region);
  expect(replaceRegion(fresh, region)).toBe(fresh);
});

test.each([
  ["no markers", "# A\n"],
  ["no end", "<!-- generated:faults -->\n"],
  ["end before start", "<!-- /generated:faults -->\n<!-- generated:faults -->\n"],
  ["twice", `${page}${page}`],
])("a page with bad markers (%s) is refused by name", (_, broken) => {
  expect(() => replaceRegion(broken, region)).toThrow(
    /docs\/a\.md: needs <!-- generated:faults -->/,
  );
});

test("a marked region that nothing generates is found, also when another page owns the name", () => {
  expect(unregistered("docs/a.md", page, [region])).toEqual([]);
  expect(unregistered("docs/b.md", page, [region])).toEqual(["faults"]);
});
