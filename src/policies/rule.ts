import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { Answer } from "../call/answer.ts";
import { noTokens, replay } from "../call/cached-answer.ts";
import type { Call } from "../call/call.ts";
import { toJson } from "../call/json.ts";
import { type Troubles, unquoted } from "../call/troubles.ts";
import type { Next, Policy } from "./policy.ts";

/**
 * Answers that need no model: the call's own rule, then its task's. What a rule returns is the answer; `undefined`
 * leaves the call to the model, and so does a rule that fails or whose answer the call does not accept: both are noted
 * and counted. What a rule throws may quote the call's prompt: it is reported in full only where that `mayBeRead`.
 */
export function rule(troubles: Troubles, mayBeRead: (task: string) => boolean): Policy {
  return async (call: Call, next: Next): Promise<Answer> => {
    for (const decide of call.rules) {
      const result = await answerOf(call, decide, (error) => {
        call.trace.notes.push(`A rule failed: ${messageOf(error)}`);
        troubles.note(
          `A rule of ${call.task} failed`,
          mayBeRead(call.task) ? error : unquoted(error),
        );
      });
      if (result !== undefined) return serve(call, result);
    }
    return next(call);
  };
}

async function answerOf(
  call: Call,
  decide: Call["rules"][number],
  failed: (error: unknown) => void,
): Promise<LanguageModelV4GenerateResult | undefined> {
  try {
    const value = decide();
    if (value === undefined) return undefined;
    if (value instanceof Promise) {
      value.catch(() => {});
      throw new TypeError("a rule is a plain function: it must not return a promise");
    }
    const result = resultOf(typeof value === "string" ? textFor(call, value) : toJson(value));
    await call.accept?.(result, call.targets[0]);
    return result;
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** A text is itself, unless JSON is asked for: then it is a value like any other. */
function textFor({ request }: Call, text: string): string {
  return request.responseFormat?.type === "json" ? toJson(text) : text;
}

function resultOf(text: string): LanguageModelV4GenerateResult {
  return {
    content: [{ type: "text", text }],
    finishReason: { unified: "stop", raw: "rule" },
    usage: noTokens,
    warnings: [],
  };
}

function serve(call: Call, result: LanguageModelV4GenerateResult): Answer {
  call.trace.source = "rule";
  call.trace.firstContentAt = performance.now();
  if (call.mode === "generate") return { mode: "generate", result };
  return { mode: "stream", parts: replay(result), end: Promise.resolve({ ok: true, result }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
