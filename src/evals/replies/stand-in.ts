import type { LanguageModelV4, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { noTokens, replay } from "../../call/cached-answer.ts";
import type { CallScope } from "../../call/scope.ts";
import type { CallsOf } from "../run/listen.ts";
import type { RecordedReplies, RecordedReply } from "./recorded.ts";

type StandIn = NonNullable<CallScope["standIn"]>;

/** Answers a case's calls as they were answered before, and those that were not by another stand-in. */
export class RecordedStandIn {
  readonly #replies: RecordedReplies;
  readonly #others: StandIn;
  /** Answers so far. */
  readonly answered = { recorded: 0, simulated: 0 };

  constructor(replies: RecordedReplies, others: StandIn) {
    this.#replies = replies;
    this.#others = others;
  }

  /** For the calls of a trial, which are counted by their tasks. */
  in({ case: id }: Pick<CallsOf, "case">): StandIn {
    const ofCase = this.#replies.get(id);
    const asked = new Map<string, number>();
    return (target, task) => {
      const next = (): RecordedReply | null => {
        const nth = asked.get(task) ?? 0;
        asked.set(task, nth + 1);
        const reply = ofCase?.get(task)?.[nth] ?? null;
        this.answered[reply === null ? "simulated" : "recorded"]++;
        return reply;
      };
      return recordedFirst(next, this.#others(target, task));
    };
  }
}

function recordedFirst(next: () => RecordedReply | null, other: LanguageModelV4): LanguageModelV4 {
  const { specificationVersion, provider, modelId, supportedUrls } = other;
  return {
    ...{ specificationVersion, provider, modelId, supportedUrls },
    doGenerate: async (options) => {
      const reply = next();
      return reply === null ? await other.doGenerate(options) : resultOf(reply, modelId);
    },
    doStream: async (options) => {
      const reply = next();
      if (reply === null) return await other.doStream(options);
      return { stream: ReadableStream.from(replay(resultOf(reply, modelId)).read()) };
    },
  };
}

function resultOf({ text, finish }: RecordedReply, modelId: string): LanguageModelV4GenerateResult {
  return {
    content: text === "" ? [] : [{ type: "text", text }],
    finishReason: { unified: finish, raw: "recorded" },
    usage: noTokens,
    response: { modelId },
    warnings: [],
  };
}
