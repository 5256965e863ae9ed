import { expect, test } from "vitest";
import { metric } from "../../../evals/result/rows.testkit.ts";
import { junitOf } from "./junit.ts";
import type { Report } from "./report.ts";
import { reportOf, suiteOf } from "./results.testkit.ts";

async function xmlOf(...reports: Report[]): Promise<string> {
  let xml = "";
  for await (const part of junitOf(reports)) xml += part;
  return xml;
}

test("each trial is a test case that passed, failed, could not be judged, or was left out", async () => {
  const start = { metrics: [metric("accuracy"), metric("tone", { passAt: 0.5 })] };
  const xml = await xmlOf(
    reportOf(suiteOf({ start }), [
      { case: "good", scores: { accuracy: 1, tone: 0.5 }, latencyMs: 1_234 },
      { case: "low", scores: { accuracy: 1, tone: { score: 0.25, reason: "rude" } } },
      {
        case: "threw",
        error: { kind: "feature", code: "TypeError", message: "no answer" },
        scores: { accuracy: 0 },
      },
      { case: "busy", error: { kind: "untried", code: "RateLimited", message: "try later" } },
      { case: "judge", scores: { accuracy: 1, tone: "out of range" } },
      { case: "silent", scores: { accuracy: null, tone: null } },
    ]),
  );
  expect(xml).toContain(
    '<testsuite name="tickets" tests="7" failures="2" errors="2" skipped="1" time="12.000" timestamp="2026-11-24T00:00:00">',
  );
  expect(xml).toContain(
    '<testcase name="gate" classname="tickets" file="evals/tickets.eval.ts" time="0.000"/>',
  );
  expect(xml).toContain(
    'name="good" classname="tickets" file="evals/tickets.eval.ts" time="1.234"/>',
  );
  expect(xml).toContain('<failure type="Score" message="tone 0.25 &#60; 0.5">tone: rude\ninput: ');
  expect(xml).toContain('<failure type="TypeError" message="no answer">');
  expect(xml).toContain('<error type="RateLimited" message="try later">');
  expect(xml).toContain('<error type="ScorerFault" message="tone: out of range">');
  expect(xml).toContain('<skipped message="no scorer applies">');
});

test("a gate that failed is a failure of its own, and trials have numbers where there are several", async () => {
  const failed = { passed: false, failures: ["accuracy regressed"], warnings: ["few cases"] };
  const xml = await xmlOf(
    reportOf(suiteOf({ start: { trials: 2 }, gate: { ...failed, tooManyFaults: false } }), [
      { case: "a", scores: { accuracy: 1 } },
      { case: "a", trial: 2, scores: { accuracy: 1 } },
    ]),
    reportOf(suiteOf({ gate: { ...failed, tooManyFaults: true } }), []),
  );
  expect(xml).toContain(
    '<failure type="Gate" message="accuracy regressed">accuracy regressed\nfew cases</failure>',
  );
  expect(xml).toContain('<error type="Gate" message="accuracy regressed">');
  expect(xml).toContain('name="a [trial 1]"');
  expect(xml).toContain('name="a [trial 2]"');
});

test("no text of a model breaks the XML", async () => {
  const evil = `<a b="c">&amp;]]>\u0000\u001b\u0008\ud800\ufffe</failure>\u2028`;
  const xml = await xmlOf(
    reportOf(suiteOf({ start: { suite: evil, file: evil } }), [
      { case: evil, input: evil, output: evil, scores: { accuracy: { score: 0, reason: evil } } },
    ]),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 has no way to hold
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  expect(xml.isWellFormed()).toBe(true);
  const structure = xml.replace(/"[^"]*"/g, '""').match(/<[^>]*>/g);
  expect(structure).toEqual([
    '<?xml version="" encoding=""?>',
    '<testsuites name="">',
    '<testsuite name="" tests="" failures="" errors="" skipped="" time="" timestamp="">',
    '<testcase name="" classname="" file="" time=""/>',
    '<testcase name="" classname="" file="" time="">',
    '<failure type="" message="">',
    "</failure>",
    "</testcase>",
    "</testsuite>",
    "</testsuites>",
  ]);
});
