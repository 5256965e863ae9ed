import { goOn, readContinuation } from "./continue.ts";
import { defaultReply } from "./default-reply.ts";
import { type Answer, argumentsOf, type Draft } from "./draft.ts";
import type { FaultSpec } from "./faults/fault.ts";
import { reshape } from "./faults/reshape.ts";
import type { PromptCache } from "./prompt-cache.ts";
import { forcedTool, type ScriptRequest } from "./request.ts";
import type { Reply, ReplyUsage, ScriptReader } from "./script.ts";
import { countTokens, splitTokens } from "./tokens.ts";

/** The answer to one request: the script's reply or the default one, bent by the fault. */
export async function answerTo(
  request: ScriptRequest,
  script: ScriptReader,
  fault: FaultSpec,
  promptCache: PromptCache,
): Promise<Answer> {
  const { asked, begun } = readContinuation(request);
  const reply = (await script.replyTo(asked)) ?? defaultReply(asked);
  const whole = toDraft(reply, asked);
  const continues = typeof reply === "string" ? undefined : reply.continues;
  const said = begun === undefined ? whole : goOn(whole, begun, continues);
  const bent = reshape(said, fault, request);
  const draft = limitTokens(bent, request.maxTokens);
  const usage = typeof reply === "string" ? {} : (reply.usage ?? {});
  return { ...draft, usage: { ...estimateUsage(draft, request, promptCache), ...usage } };
}

function toDraft(reply: Reply, request: ScriptRequest): Draft {
  if (typeof reply === "string") {
    return { text: reply, reasoning: "", toolCalls: [], finish: "stop" };
  }
  const { text, toolCalls } = contentOf(reply, request);
  return {
    text,
    toolCalls,
    reasoning: reply.reasoning ?? "",
    finish: reply.finish ?? (toolCalls.length > 0 ? "tool-calls" : "stop"),
  };
}

function contentOf(
  reply: Exclude<Reply, string>,
  request: ScriptRequest,
): Pick<Draft, "text" | "toolCalls"> {
  if (reply.type === "text") return { text: reply.text, toolCalls: [] };
  if (reply.type === "tool-calls") return { text: reply.text ?? "", toolCalls: reply.calls };
  const tool = forcedTool(request);
  return tool
    ? { text: "", toolCalls: [{ name: tool.name, arguments: reply.value }] }
    : { text: JSON.stringify(reply.value), toolCalls: [] };
}

/** Cuts what exceeds the request's limit, as a provider does. Tool calls that do not fit are lost. */
function limitTokens(draft: Draft, maxTokens: number | undefined): Draft {
  if (maxTokens === undefined || outputTokens(draft) <= maxTokens) return draft;
  const room = Math.max(0, maxTokens - countTokens(draft.reasoning));
  return {
    ...draft,
    text: splitTokens(draft.text).slice(0, room).join(""),
    toolCalls: [],
    finish: "length",
  };
}

/** About how many tokens a request has. */
export function inputTokensOf(request: ScriptRequest): number {
  const prompt = request.messages.map((message) => message.text).join("\n");
  const tools = request.tools.length > 0 ? JSON.stringify(request.tools) : "";
  return countTokens(prompt) + countTokens(tools);
}

function estimateUsage(
  draft: Draft,
  request: ScriptRequest,
  promptCache: PromptCache,
): Required<ReplyUsage> {
  const inputTokens = inputTokensOf(request);
  return {
    inputTokens,
    outputTokens: outputTokens(draft),
    ...promptCache.take(request, inputTokens),
    reasoningTokens: countTokens(draft.reasoning),
  };
}

function outputTokens(draft: Draft): number {
  const calls = draft.toolCalls.map((call) => countTokens(argumentsOf(call)));
  return (
    countTokens(draft.reasoning) +
    countTokens(draft.text) +
    calls.reduce((total, count) => total + count, 0)
  );
}
