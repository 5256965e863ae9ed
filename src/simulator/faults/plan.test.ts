import { describe, expect, test } from "vitest";
import type { ScriptRequest } from "../request.ts";
import { faultLabel, faultNames, faultStatusCodes } from "./fault.ts";
import { createFaultPlayer, type FaultPlan, toFaultSpec } from "./plan.ts";

const request: ScriptRequest = {
  protocol: "openai",
  model: "gpt-5-mini",
  stream: false,
  task: "classify",
  prompt: "hello",
  messages: [{ role: "user", text: "hello" }],
  tools: [],
  toolChoice: { type: "auto" },
  schema: undefined,
  json: false,
  maxTokens: undefined,
  body: {},
};

function played(plan: FaultPlan, count: number, seed = 1, change: Partial<ScriptRequest> = {}) {
  const next = createFaultPlayer(plan, seed);
  return Array.from({ length: count }, () => faultLabel(next({ ...request, ...change })));
}

describe("a fault plan", () => {
  test("as a list plays one fault a request, then none", () => {
    const plan = ["drop", "status-429", { type: "stall", afterTokens: 2 }] as const;
    expect(played(plan, 5)).toEqual(["drop", "status-429", "stall", "none", "none"]);
  });

  test("as a sequence goes on with `afterwards`, or repeats", () => {
    expect(played({ sequence: ["drop"], afterwards: "status-500" }, 3)).toEqual([
      "drop",
      "status-500",
      "status-500",
    ]);
    expect(played({ sequence: ["drop", "none"], afterwards: "repeat" }, 4)).toEqual([
      "drop",
      "none",
      "drop",
      "none",
    ]);
    expect(played({ sequence: [], afterwards: "repeat" }, 2)).toEqual(["none", "none"]);
  });

  test("as rates gives the same faults for the same seed, others for another", () => {
    const rate = { drop: 0.2, "status-529": 0.3 };
    const first = played({ rate }, 200, 7);
    expect(played({ rate }, 200, 7)).toEqual(first);
    expect(played({ rate, seed: 7 }, 200, 1)).toEqual(first);
    expect(played({ rate }, 200, 8)).not.toEqual(first);
    const share = (name: string) => first.filter((fault) => fault === name).length / 200;
    expect(share("drop")).toBeGreaterThan(0.1);
    expect(share("drop")).toBeLessThan(0.3);
    expect(share("status-529")).toBeGreaterThan(0.2);
    expect(share("none")).toBeGreaterThan(0.35);
  });

  test("with a condition leaves other requests alone and is not used up by them", () => {
    const when = { task: "classify", protocol: "openai", stream: false, model: /mini/ } as const;
    const next = createFaultPlayer({ sequence: ["drop"], when }, 1);
    const others: Partial<ScriptRequest>[] = [
      { task: "reply" },
      { protocol: "anthropic" },
      { stream: true },
      { model: "gpt-5" },
    ];
    for (const other of others) expect(next({ ...request, ...other }).type).toBe("none");
    expect(next(request).type).toBe("drop");
  });

  test("refuses names and rates that make no sense", () => {
    const misspelt = ["dorp"] as unknown as FaultPlan;
    expect(() => createFaultPlayer(misspelt, 1)).toThrow(
      /Unknown fault "dorp".*Known faults:.*drop/,
    );
    expect(() => toFaultSpec("status-418")).toThrow(/status-N with N one of 400/);
    expect(() => createFaultPlayer({ rate: { drop: 0.7, stall: 0.7 } }, 1)).toThrow(/at most 1/);
    expect(() => createFaultPlayer({ rate: { drop: Number.NaN } }, 1)).toThrow(/between 0 and 1/);
  });

  test("refuses a Retry-After that HTTP cannot carry", () => {
    const fault = { type: "status", status: 429, retryAfter: "1\n2" } as const;
    expect(() => createFaultPlayer([fault], 1)).toThrow(/retry-after/);
  });

  test("takes every name of the catalogue and every status", () => {
    for (const name of faultNames) expect(toFaultSpec(name)).toEqual({ type: name });
    for (const status of faultStatusCodes) {
      expect(toFaultSpec(`status-${status}`)).toEqual({ type: "status", status });
    }
  });
});
