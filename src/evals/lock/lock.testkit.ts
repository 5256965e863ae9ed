import type { StaticPrompt } from "../../call/static-prompt.ts";
import type { Calibration } from "../judge/calibration.ts";
import type { EvaluatedRun } from "./lock.ts";

/** A prompt's static part, for tests of what is kept of it. */
export function promptOf(changes: Partial<StaticPrompt> = {}): StaticPrompt {
  return {
    task: "sort",
    target: "anthropic/claude-haiku-4-5",
    system: ["You sort tickets.\nBe brief."],
    messages: [{ role: "user", text: "Sort this: {ticket}" }],
    tools: [],
    output: null,
    settings: { temperature: 0 },
    ...changes,
  };
}

export function runOf(changes: Partial<EvaluatedRun> = {}): EvaluatedRun {
  return {
    suite: "tickets",
    data: "d1",
    cases: 20,
    replies: "simulated",
    rendered: {},
    at: "2026-11-24",
    passed: true,
    scores: { right: 0.9 },
    prompts: new Map([["a".repeat(64), promptOf()]]),
    ...changes,
  };
}

export function calibrationOf(changes: Partial<Calibration> = {}): Calibration {
  return {
    metric: "helpful",
    task: "judge",
    target: "openai/gpt-5-mini",
    model: "gpt-5-mini-1",
    rubric: "b".repeat(64),
    kind: "scale",
    n: 60,
    agreement: 0.8,
    kappa: 0.7,
    kappaLow: 0.6,
    kappaHigh: 0.8,
    bias: 0.05,
    biasSd: 0.2,
    at: "2026-11-24",
    ...changes,
  };
}
