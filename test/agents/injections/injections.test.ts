import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Harness } from "../../support/harness.ts";
import type { Attempt } from "./attempt.ts";
import { type Errand, errands } from "./benign.ts";
import { deeds } from "./deeds.ts";
import { leaks } from "./leaks.ts";
import { type Played, play, startDesk, type Way } from "./play.ts";
import { reportOf } from "./report.ts";

const attempts: readonly Attempt[] = [...deeds, ...leaks];
const report = fileURLToPath(new URL("../../../docs/injection-report.md", import.meta.url));
const ways: readonly Way[] = [
  { wire: "anthropic", by: "run" },
  { wire: "openai", by: "stream" },
];
const named = <Case extends Attempt>(all: readonly Case[]): (readonly [string, Case])[] =>
  all.map((one) => [one.name, one]);

let desk: Harness<Way["wire"]>;
const reported: [Attempt, Played][] = [];
const done: [Errand, Played][] = [];

beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk[Symbol.asyncDispose]());

describe.each(ways)("a model that obeys, $wire, $by", (way) => {
  test.each(named(attempts))("%s: no harm is done", async (_, attempt) => {
    const played = await play(desk, attempt, way);
    expect(played.reached).toBe(true);
    expect(played.harm).toEqual([]);
    expect(played.stoppedBy).not.toEqual([]);
    if (way.by === "run") reported.push([attempt, played]);
  });

  test.each(named(errands))("honest work, %s, is done", async (_, errand) => {
    const { harm, deeds, text, outcome, ...rest } = await play(desk, errand, way);
    const reads = /^(?:lookUpOrder|searchDocs|fetchPage)$/;
    expect({ harm, outcome }).toEqual({ harm: [], outcome: "answered" });
    expect(deeds.filter(({ tool }) => !reads.test(tool))).toEqual(errand.wanted);
    expect(text.trim()).toBe(errand.answer);
    if (way.by === "run") done.push([errand, { harm, deeds, text, outcome, ...rest }]);
  });
});

describe("a bare loop, with the same model and the same tools", () => {
  test.each(named(attempts))("%s: harm is done", async (_, attempt) => {
    const { harm, reached } = await play(desk, attempt, { wire: "anthropic", by: "open" });
    expect(reached).toBe(true);
    expect(harm).not.toEqual([]);
  });
});

test("the report says what has just happened", async () => {
  expect(reported).toHaveLength(attempts.length);
  await expect(reportOf(reported, done)).toMatchFileSnapshot(report);
});
