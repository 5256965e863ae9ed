import { randomBytes } from "node:crypto";
import type { LanguageModelV4Message } from "@ai-sdk/provider";
import { plain } from "../../call/template.ts";
import { zeroUsage } from "../../call/usage.ts";
import { InvalidRequest } from "../../errors.ts";
import { dataMarks, documentsText } from "../data-marks.ts";
import { askedOf, templatesIn } from "../prompt.ts";
import { grantedTools } from "./gate/granted-tools.ts";
import { newRunState } from "./gate/run-state.ts";
import type { Grant } from "./grant.ts";
import type { AgentOptions, RunOptions } from "./options.ts";
import type { RunPoint } from "./snapshot.ts";
import type { AgentTools } from "./tool.ts";

/** What a run begins with; throws InvalidRequest for a run that asks nothing, or asks it twice. */
export function beginningOf(
  task: string,
  runId: string,
  { tools, system: given, context, tags }: AgentOptions<AgentTools, unknown>,
  grant: Grant,
  options: RunOptions,
): RunPoint {
  const { prompt, messages, signal, documents = [] } = checkedOptions(task, options);
  const nonce = randomBytes(9).toString("hex");
  const marks = dataMarks(nonce);
  const readsUntrusted =
    documents.length > 0 ||
    Object.values(grantedTools(tools, grant)).some(({ trusted }) => trusted !== true);
  const system = plain(given);
  const isNoted = !readsUntrusted || system?.includes(marks.note) === true;
  const instructions = [system, isNoted ? undefined : marks.note].filter(
    (text) => text !== undefined && text !== "",
  );
  const { request, templates } = askedOf(task, {
    prompt,
    messages,
    signal,
    ...(instructions.length > 0 && { system: instructions.join("\n\n") }),
  });
  const asked = request.prompt;
  const whole: LanguageModelV4Message[] =
    documents.length === 0
      ? asked
      : [
          ...asked,
          { role: "user", content: [{ type: "text", text: documentsText(documents, marks) }] },
        ];
  const state = newRunState();
  if (options.untrusted === true) state.untrusted = "the messages that the run was given";
  if (documents.length > 0) state.untrusted = "documents that the run was given";
  else if (asked.some((message) => quotesStrangers(message, tools))) {
    state.untrusted = "results of tools in the messages that the run was given";
  }
  return {
    messages: whole,
    given: whole.length,
    templates: [...templatesIn({ role: "system", content: given ?? "" }), ...templates],
    results: [],
    waiting: [],
    steps: [],
    state,
    spent: { usage: zeroUsage, cost: null, ms: 0 },
    segments: [],
    trusted: asked.flatMap(ownTexts),
    nonce,
    key: options.key ?? runId,
    tags: { ...tags, ...options.tags },
    context,
    createdAt: Date.now(),
  };
}

function checkedOptions(task: string, options: RunOptions): RunOptions {
  if (typeof options !== "object" || options === null) {
    throw new InvalidRequest("The run has no options: give at least a `prompt`", { task });
  }
  const { documents, key } = options;
  const isText = (value: unknown): boolean => typeof value === "string";
  if (
    documents !== undefined &&
    !(Array.isArray(documents) && documents.every((document) => isText(document?.text)))
  ) {
    throw new InvalidRequest("`documents` must be a list of { title, text }", { task });
  }
  if (key !== undefined && (!isText(key) || key === "")) {
    throw new InvalidRequest("`key` must be a text that is not empty", { task });
  }
  return options;
}

/** Whether a message of a history holds a result that strangers may have written, as the tools are known now. */
function quotesStrangers({ role, content }: LanguageModelV4Message, tools: AgentTools): boolean {
  if (role !== "tool" && role !== "assistant") return false;
  return content.some(
    (part) =>
      part.type === "tool-result" &&
      part.output.type !== "execution-denied" &&
      !(Object.hasOwn(tools, part.toolName) && tools[part.toolName]?.trusted === true),
  );
}

/** What the caller and its users say: not what models or tools said before. */
function ownTexts({ role, content }: LanguageModelV4Message): string[] {
  if (role === "system") return [content];
  if (role !== "user") return [];
  return content.flatMap((part) => (part.type === "text" ? [part.text] : []));
}
