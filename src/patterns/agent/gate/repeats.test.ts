import { expect, test } from "vitest";
import type { ToolEffect, ToolOutcome } from "../../../call/tool-record.ts";
import { rungOf } from "./repeats.ts";
import type { MadeCall } from "./run-state.ts";

const made = (...outcomes: ToolOutcome[]): MadeCall[] =>
  outcomes.map((outcome, at) => ({ tool: "t", hash: "h", input: {}, outcome, output: at }));

type Row = readonly [
  effect: ToolEffect,
  outcomes: ToolOutcome[],
  underWay: number,
  refused: number,
  rung: string,
];

test.each<Row>([
  ["read", [], 0, 0, "judge"],
  ["read", ["done"], 0, 0, "judge"],
  ["read", [], 1, 0, "judge"],
  ["read", ["done", "done"], 0, 0, "repeat"],
  ["read", ["done", "done"], 0, 1, "end"],
  ["read", ["done"], 1, 0, "beside"],
  ["read", [], 2, 0, "beside"],
  ["read", ["done", "failed"], 0, 0, "repeat"],
  ["read", [], 0, 1, "judge"],
  ["read", [], 0, 2, "deny"],
  ["read", [], 0, 3, "end"],
  ["write", [], 0, 0, "judge"],
  ["write", [], 1, 0, "beside"],
  ["write", ["failed"], 1, 0, "beside"],
  ["write", ["done"], 0, 0, "repeat"],
  ["write", ["done"], 0, 1, "deny"],
  ["write", ["done"], 0, 2, "end"],
  ["write", ["failed"], 0, 0, "judge"],
  ["write", ["timed-out"], 0, 0, "judge"],
  ["write", ["failed", "done"], 0, 0, "repeat"],
  ["write", ["failed", "timed-out"], 0, 0, "repeat"],
  ["write", ["failed", "failed"], 0, 1, "end"],
  ["irreversible", ["done"], 0, 0, "repeat"],
  ["irreversible", [], 1, 0, "beside"],
  ["irreversible", [], 0, 2, "deny"],
])("%s after %j, %i under way, %i refused: %s", (effect, outcomes, underWay, refused, kind) => {
  expect(rungOf({ effect, made: made(...outcomes), underWay, refused }, 2).kind).toBe(kind);
});

test("a call may be made once only", () => {
  const twins = { effect: "read" as const, underWay: 0, refused: 0 };
  expect(rungOf({ ...twins, made: [] }, 1).kind).toBe("judge");
  expect(rungOf({ ...twins, made: made("failed") }, 1).kind).toBe("repeat");
});

test("what is given again is the result that counts: of a write the one that was done, else the last", () => {
  const twins = { underWay: 0, refused: 0 };
  const write = rungOf({ ...twins, effect: "write", made: made("failed", "done") }, 2);
  const read = rungOf({ ...twins, effect: "read", made: made("done", "failed") }, 2);
  expect([write, read]).toMatchObject([{ of: { output: 1 } }, { of: { output: 1 } }]);
});
