import fc from "fast-check";
import { expect, test } from "vitest";
import { CallIds } from "./call-ids.ts";

test("whatever ids a server gives, each call of a run has its own; those that are new stay", () => {
  const id = fc.constantFrom("", "call", "call_2", "0", "a");
  fc.assert(
    fc.property(fc.array(fc.array(id)), (answers) => {
      const ids = new CallIds([]);
      const taken = answers.flatMap((answer) =>
        ids.unique(
          answer.map((toolCallId) => ({
            type: "tool-call",
            toolCallId,
            toolName: "look",
            input: "{}",
          })),
        ),
      );
      const all = taken.map((part) => (part.type === "tool-call" ? part.toolCallId : ""));
      expect(new Set(all).size).toBe(all.length);
      expect(all).not.toContain("");
      const [first] = answers.flat();
      if (first !== undefined && first !== "") expect(all[0]).toBe(first);
    }),
  );
});

test("ids that another provider would refuse become ones that all take, and stay different", () => {
  const long = "x".repeat(300);
  const given = ["functions.look:0", "functions.look.0", long, `${long}y`, "📎"];
  const calls = given.map(
    (toolCallId) => ({ type: "tool-call", toolCallId, toolName: "look", input: "{}" }) as const,
  );
  const ids = new CallIds([])
    .unique(calls)
    .map((part) => (part.type === "tool-call" ? part.toolCallId : ""));
  expect(new Set(ids).size).toBe(given.length);
  for (const id of ids) expect(id).toMatch(/^[\w-]{1,40}$/);
});
