import { expect, test } from "vitest";
import { issueList } from "./issue-list.ts";

test("issues are told one a line, with their paths", () => {
  const issues = [
    { path: "", message: "it is empty" },
    { path: "a.0", message: "expected a number" },
  ];
  expect(issueList(issues)).toBe("- it is empty\n- a.0: expected a number");
});

test("of very many or very long issues a model is told the beginning", () => {
  const issues = Array.from({ length: 50_000 }, (_, index) => ({
    path: `list.${index}`,
    message: "x".repeat(10_000),
  }));
  const text = issueList(issues);
  expect(text.length).toBeLessThan(7_000);
  expect(text).toMatch(/- and 49980 more$/);
});
