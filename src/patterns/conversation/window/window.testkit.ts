import type { LanguageModelV4ToolResultOutput } from "@ai-sdk/provider";
import fc from "fast-check";
import { tokensOfMessages, tokensOfText } from "../../../call/estimate.ts";
import type { Message } from "../../prompt.ts";
import type { Calibration } from "./calibration.ts";
import type { FixedParts } from "./messages.ts";
import type { WindowInput } from "./plan.ts";
import type { HistoryTurn, Summary } from "./turn.ts";

export const mark: FixedParts["mark"] = (text, source) =>
  `<data from="${source}">\n${text}\n</data>`;

/** A text of about this many tokens. */
export function textOf(tokens: number): string {
  return "abc".repeat(tokens);
}

export function turnOf(index: number, messages: readonly Message[], pinned = false): HistoryTurn {
  return { index, messages, pinned, tokens: tokensOfMessages(messages) };
}

export function summaryOf(text: string, upTo: number): Summary {
  return { text, upTo, tokens: tokensOfText(text) };
}

const length = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 6_000 }) },
);

/** A question and its answer, with a tool's call and its result or a file now and then. */
export const exchange: fc.Arbitrary<Message[]> = fc
  .record({
    asked: length,
    answered: length,
    result: fc.option(length),
    hasFile: fc.boolean(),
    id: fc.uuid(),
  })
  .map(({ asked, answered, result, hasFile, id }) => [
    userMessage(`${id} ${textOf(asked)}`, hasFile),
    ...(result === null ? [] : toolMessages(id, { type: "text", value: textOf(result) })),
    { role: "assistant", content: [{ type: "text", text: textOf(answered) }] },
  ]);

function userMessage(text: string, hasFile: boolean): Message {
  const data = { type: "data", data: new Uint8Array(4) } as const;
  const file = { type: "file", mediaType: "image/png", data } as const;
  return { role: "user", content: [{ type: "text", text }, ...(hasFile ? [file] : [])] };
}

function toolMessages(id: string, output: LanguageModelV4ToolResultOutput): Message[] {
  const call = { toolCallId: id, toolName: "look_up" } as const;
  return [
    { role: "assistant", content: [{ type: "tool-call", ...call, input: { id } }] },
    { role: "tool", content: [{ type: "tool-result", ...call, output }] },
  ];
}

export const calibration: fc.Arbitrary<Calibration> = fc.record({
  ratio: fc.option(fc.double({ min: 0.25, max: 4, noNaN: true })),
  ceiling: fc.constant(null),
});

export const rule: fc.Arbitrary<WindowInput["rule"]> = fc.record({
  window: fc.integer({ min: 1_000, max: 40_000 }),
  lowWater: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  highWater: fc.constant(0.8),
  summaryTokens: fc.integer({ min: 50, max: 4_000 }),
});
