import { describe, expect, test } from "vitest";
import { answerOf, callOf, targetNamed } from "../../../test/support/call.ts";
import type { Ending } from "../../call/answer.ts";
import type { Attempt } from "../../call/attempt.ts";
import { estimateTokens } from "../../call/estimate.ts";
import { newTrace, openAttempt } from "../../call/trace.ts";
import { unknownUsage } from "../../call/usage.ts";
import { estimateOf, settlementOf } from "./estimate.ts";

const cheap = { ...targetNamed("test/cheap"), price: { input: 1, output: 5 } };
const dear = {
  ...targetNamed("test/dear"),
  price: { input: 10, output: 20, cacheWrite: 15 },
  settings: { maxOutputTokens: 100 },
};
const call = callOf({ targets: [cheap, dear] });
const { input } = estimateTokens(call.request);
const failed: Ending = { ok: false, error: new Error("broke") };
const reserved = { costUsd: 0.5, tokens: 5_000, requests: 3 };

function attempt(end: Partial<Attempt>, target = "test/cheap"): Attempt {
  return { ...openAttempt(newTrace(), target, "ask"), ...end };
}

describe("an estimate", () => {
  test("is the most that any target may take, each by its own settings and price", () => {
    expect(estimateOf(call)).toEqual({
      costUsd: (input * 1 + 4_096 * 5) / 1e6,
      tokens: input + 4_096,
      requests: 1,
    });
    const short = callOf({
      targets: [cheap, dear],
      request: { ...call.request, maxOutputTokens: 50 },
    });
    expect(estimateOf(short)).toMatchObject({
      costUsd: (input * 15 + 50 * 20) / 1e6,
      tokens: input + 50,
    });
  });

  test("has no cost where no price is known", () => {
    expect(estimateOf(callOf())).toMatchObject({ costUsd: 0, requests: 1 });
  });
});

describe("settled is", () => {
  const usage = { ...unknownUsage, inputTokens: 10, outputTokens: 5 };
  const answered = attempt({ outcome: "ok", usage, costUsd: 0.25 });
  const refused = attempt({ outcome: "Overloaded", status: 529, costUsd: 0 });
  const lost = attempt({ outcome: "ProviderUnavailable" });

  test("what every attempt has told, the refused and the re-asked ones included", () => {
    expect(settlementOf([answered, refused, answered], answerEnding(), call, reserved)).toEqual({
      used: { costUsd: 0.5, tokens: 30, requests: 3 },
      most: { costUsd: 0.25, tokens: 15, requests: 1 },
    });
  });

  test("nothing, where no request was sent", () => {
    expect(settlementOf([], failed, call, reserved).used).toMatchObject({ tokens: 0, requests: 0 });
  });

  test("all that was reserved, for each attempt of which nothing is known", () => {
    expect(settlementOf([lost, lost], failed, call, reserved)).toEqual({
      used: { costUsd: 1, tokens: 10_000, requests: 2 },
      most: { costUsd: 0, tokens: 0, requests: 0 },
    });
  });

  test("the text that had arrived, at the price of the target that was writing it", () => {
    const broke: Ending = { ...failed, text: "x".repeat(30) };
    const last = attempt({ outcome: "StreamInterrupted", firstTokenMs: 20 }, "test/dear");
    expect(settlementOf([refused, last], broke, call, reserved).used).toEqual({
      costUsd: (input * 15 + 10 * 20) / 1e6,
      tokens: input + 10,
      requests: 2,
    });
  });

  test("the text, for a stream that broke and was gone on with", () => {
    const broke = attempt({ outcome: "ProviderUnavailable", firstTokenMs: 20 });
    expect(settlementOf([broke, answered], answerEnding(), call, reserved).used.tokens).toBe(
      input + 3 + 15,
    );
  });

  test("all that was reserved, for a hedge whose answer was not waited for", () => {
    const hedge = attempt({ outcome: "Aborted" });
    expect(settlementOf([answered, hedge], answerEnding(), call, reserved).used.tokens).toBe(
      15 + 5_000,
    );
  });

  test("an estimate by its text, for an answer without usage", () => {
    const silent = attempt({ outcome: "ok", usage: unknownUsage });
    expect(settlementOf([silent], answerEnding(), call, reserved).used).toMatchObject({
      tokens: input + 3,
    });
  });

  test("all tokens, and no cost, for a target without a price", () => {
    const unpriced = attempt({ outcome: "ok", usage, costUsd: null });
    expect(settlementOf([unpriced], answerEnding(), callOf(), reserved).used).toEqual({
      costUsd: 0,
      tokens: 15,
      requests: 1,
    });
  });
});

function answerEnding(): Ending {
  return { ok: true, result: answerOf("nine char").result };
}
