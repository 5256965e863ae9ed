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
