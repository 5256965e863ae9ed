import { describe, expect, test } from "vitest";
import { faultNames } from "./faults/fault.ts";
import { parseFaultPlan, parseScript } from "./parse.ts";

describe("a script from JSON", () => {
  test("keeps rules and turns expressions into regular ones", () => {
    const script = parseScript({
      replies: [
        {
          match: { prompt: { regex: "refund|money", flags: "i" }, task: "reply" },
          reply: {
            type: "text",
            text: "On its way.",
            finish: "length",
            continues: "restart",
            usage: { outputTokens: 5 },
          },
          times: 2,
        },
        { reply: { type: "tool-calls", calls: [{ name: "look", arguments: { id: 1 } }] } },
        { reply: { type: "json", value: { a: [1, null] } } },
        { reply: "plain" },
      ],
    });
    expect(script.replies[0]?.match).toEqual({ prompt: /refund|money/i, task: "reply" });
    expect(script.replies.map((rule) => rule.times)).toEqual([2, undefined, undefined, undefined]);
  });

  test.each([
    [null, /\(top level\): .*expected object/],
    [{ replies: {} }, /replies: .*expected array/],
    [{ replies: [{ reply: "x", tmies: 1 }] }, /replies\[0\]: .*"tmies"/],
    [{ replies: ["x", { reply: "x" }] }, /replies\[0\]: .*expected object/],
    [{ replies: [{ reply: { type: "text", txt: "x" } }] }, /replies\[0\]\.reply\.text: .*string/],
    [{ replies: [{ reply: { type: "txt" } }] }, /replies\[0\]\.reply\.type: .*'tool-calls'/],
    [{ replies: [{ reply: "x", times: 0 }] }, /replies\[0\]\.times: /],
    [
      { replies: [{ match: { prompt: { regex: "(" } }, reply: "x" }] },
      /replies\[0\]\.match\.prompt: is not a regular expression/,
    ],
  ])("says where %j is wrong", (json, message) => {
    expect(() => parseScript(json)).toThrow(message);
    expect(() => parseScript(json)).toThrow(/^The script is not valid:\n/);
  });
});

describe("a fault plan from JSON", () => {
  test("is taken in all its forms", () => {
    expect(parseFaultPlan(["drop", { type: "stall", afterTokens: 4 }, "status-429"])).toEqual([
      { type: "drop" },
      { type: "stall", afterTokens: 4 },
      { type: "status", status: 429 },
    ]);
    const sequence = {
      sequence: ["none"],
      afterwards: "repeat",
      when: { model: { regex: "mini" } },
    };
    expect(parseFaultPlan(sequence)).toMatchObject({
      afterwards: "repeat",
      when: { model: /mini/ },
    });
    const rate = { rate: { "status-529": 0.5 }, seed: 3 };
    expect(parseFaultPlan(rate)).toEqual(rate);
  });

  test("takes every fault of the catalogue as a name and as an object", () => {
    for (const type of faultNames) {
      expect(parseFaultPlan([type, { type }])).toEqual([{ type }, { type }]);
    }
  });

  test.each([
    [["dorp"], /\[0\]: Unknown fault "dorp"/],
    [[{ type: "stall", aftertokens: 4 }], /\[0\]: .*"aftertokens"/],
    [[{ type: "status", status: 418 }], /\[0\]\.status: .*429/],
    [[{ type: "drop", afterTokens: -1 }], /\[0\]\.afterTokens: /],
    [{ sequence: ["drop", "x"] }, /sequence\[1\]: Unknown fault "x"/],
    [{ rate: { dorp: 0.5 } }, /rate\.dorp: not the name of a fault/],
    [{ rate: { drop: 2 } }, /rate\.drop: /],
    [{}, /sequence: .*expected array/],
  ])("says where %j is wrong", (json, message) => {
    expect(() => parseFaultPlan(json)).toThrow(message);
  });
});
