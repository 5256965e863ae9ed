import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StaticPrompt } from "../../call/static-prompt.ts";
import { findingsOf, unexercised } from "./check.ts";
import type { Exercised } from "./exercise.ts";
import { frameOf } from "./frame.ts";
import { promptOf, runOf } from "./lock.testkit.ts";
import { emptyLock, type Lock, withRun } from "./lock.ts";

const [one, two] = ["1", "2"].map((digit) => digit.repeat(64)) as [string, string];

function sends(prompts: Record<string, StaticPrompt>, changes: Partial<Exercised> = {}): Exercised {
  return {
    suite: "tickets",
    data: "d1",
    cases: 2,
    replies: "simulated",
    answered: { recorded: 0, simulated: 2 },
    rendered: {},
    failed: 0,
    failure: null,
    prompts: new Map(Object.entries(prompts)),
    ...changes,
  };
}

const rendered = { sort: { digest: "r1", frame: "Sort: …" } };
const lock: Lock = withRun(emptyLock, runOf({ rendered, prompts: new Map([[one, promptOf()]]) }));
const same = sends({ [one]: promptOf() }, { rendered });

describe("what the lock does not cover", () => {
  test("nothing, where the same prompts are sent", () => {
    expect(findingsOf(lock, [same])).toEqual([]);
  });

  test("another prompt, beside what is most like it, once for all suites that send it", () => {
    const changed = promptOf({ system: ["You sort mails."] });
    const other = sends({ [two]: changed }, { suite: "mails" });
    const known = withRun(lock, runOf({ suite: "mails", prompts: new Map([[one, promptOf()]]) }));
    expect(findingsOf(known, [sends({ [two]: changed }), other])).toMatchObject([
      {
        kind: "unevaluated",
        task: "sort",
        fingerprint: two,
        suites: ["tickets", "mails"],
        evaluatedBy: [],
        prompt: changed,
        nearest: { system: promptOf().system },
      },
    ]);
  });

  test("a prompt that another suite alone has evaluated, and a suite that was never run", () => {
    expect(findingsOf(lock, [{ ...same, suite: "mails", rendered: {} }])).toMatchObject([
      { kind: "unevaluated", suites: ["mails"], evaluatedBy: ["tickets"] },
      { kind: "new-suite", suite: "mails" },
    ]);
  });

  test("a prompt of a task that has none, with nothing to compare it with", () => {
    const reply = sends({ [one]: promptOf(), [two]: promptOf({ task: "reply" }) }, { rendered });
    expect(findingsOf(lock, [reply])).toMatchObject([{ task: "reply", nearest: null }]);
  });

  test("other words round the same cases, and nothing of it where cases or prompts changed", () => {
    const words = { sort: { digest: "r2", frame: "Order: …" } };
    const reworded = { ...same, rendered: words };
    expect(findingsOf(lock, [reworded])).toEqual([
      { kind: "reworded", task: "sort", suite: "tickets", before: "Sort: …", after: "Order: …" },
    ]);
    expect(findingsOf(lock, [{ ...reworded, data: "d2" }])).toEqual([]);
    const changed = { ...reworded, prompts: new Map([[two, promptOf({ system: [] })]]) };
    expect(findingsOf(lock, [changed])).toMatchObject([{ kind: "unevaluated" }]);
  });

  test("a suite that fails before a model is asked, or asks none any more; one that never did is none", () => {
    const silent = sends({}, { failed: 2, failure: "TypeError: no" });
    expect(findingsOf(lock, [silent])).toMatchObject([{ kind: "no-prompts" }]);
    expect(findingsOf(lock, [sends({})])).toMatchObject([{ kind: "no-prompts", failure: null }]);
    const ofRules = withRun(lock, runOf({ prompts: new Map() }));
    expect(findingsOf(ofRules, [sends({})])).toEqual([]);
  });

  test("tasks that no suite exercises are named", () => {
    expect(unexercised(["sort", "reply", "ask"], [same])).toEqual(["ask", "reply"]);
  });
});

describe("the frame of texts", () => {
  test("is what they begin and end with", () => {
    expect(frameOf(["Sort: abc. Be brief.", "Sort: xyz. Be brief."])).toBe("Sort: …. Be brief.");
    expect(frameOf(["aa", "aaa"])).toBe("aa…");
    expect(frameOf(["ab", "cd"])).toBe("");
  });

  test("tells nothing of a single text, and never more than all texts have in common", () => {
    expect(frameOf(["a secret", "a secret"])).toBe("");
    const common = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(fc.tuple(common, common, common), { minLength: 2 }), (parts) => {
        const texts = parts.map((part) => part.join(""));
        const frame = frameOf(texts);
        const [start = "", ...end] = frame === "" ? [""] : frame.split("…");
        if (texts.some((text) => text.includes("…"))) return;
        for (const text of texts) {
          expect(text.startsWith(start.replace(/\ufffd$/, ""))).toBe(true);
          expect(text.endsWith(end.join("").replace(/^\ufffd/, ""))).toBe(true);
          expect(text.length).toBeGreaterThanOrEqual(start.length + end.join("").length);
        }
      }),
    );
  });
});
