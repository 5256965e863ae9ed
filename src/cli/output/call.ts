import type { ToolRecord } from "../../call/tool-record.ts";
import type { CallEvent, Score } from "../../events.ts";
import { callColumns } from "./calls-table.ts";
import { multiLine, oneLine } from "./clean.ts";
import { cost, count, moment, time, usd } from "./format.ts";
import { promptBlocks, responseBlocks, type TextBlock } from "./messages.ts";
import { decidedText } from "./run-held.ts";
import { renderTable } from "./table.ts";
import { paint } from "./terminal.ts";
import { timeline } from "./timeline.ts";

/** Everything about one call, for reading. */
export function renderCall(
  call: CallEvent,
  children: readonly CallEvent[],
  scores: readonly Score[],
): string {
  return [
    paint("bold", `Call ${oneLine(call.id)}`),
    ...facts(call).map(([name, text]) => `  ${paint("dim", name.padEnd(11))} ${text}`),
    ...contentSections(call),
    ...section("Attempts", timeline(call)),
    ...section("Reroutes", call.reroutes.map(rerouteLine)),
    ...section("Resumed", call.resumes.map(resumeLine)),
    ...section(
      "Scores",
      scores.map(({ name, value }) => `  ${oneLine(name)}  ${value}`),
    ),
    ...section(
      "Notes",
      call.notes.map((text) => `  ${oneLine(text)}`),
    ),
    ...section(
      "Calls made for it",
      children.length > 0 ? [renderTable(callColumns, children)] : [],
    ),
  ].join("\n");
}

type Fact = [name: string, text: string];

function facts(call: CallEvent): Fact[] {
  const tags = Object.entries(call.tags).map(([name, value]) => oneLine(`${name}=${value}`));
  const optional: [name: string, text: string | false][] = [
    ["made for", call.parentId !== null && oneLine(call.parentId)],
    ["tags", tags.length > 0 && tags.join("  ")],
    ["prompt", call.promptFingerprint !== null && oneLine(call.promptFingerprint)],
    ["arm", call.arm !== null && oneLine(call.arm)],
    ["repeats", call.repeatOf !== null && oneLine(`${call.repeatOf}, which had just failed`)],
    ["saved", isSaved(call) && (call.savedUsd === null ? "?" : usd(call.savedUsd))],
    [
      "error",
      call.errorCode !== null && paint("red", oneLine(`${call.errorCode}: ${call.errorMessage}`)),
    ],
  ];
  const present = optional.filter((fact): fact is Fact => fact[1] !== false);
  return [
    ["task", oneLine(`${call.task} (${call.pattern}, ${call.mode})`)],
    ["began", moment(call.time)],
    ["took", tookText(call)],
    ...(call.tool === null ? modelFacts(call) : toolFacts(call.tool)),
    ...present,
    ["fingerprint", oneLine(call.fingerprint)],
  ];
}

function modelFacts(call: CallEvent): Fact[] {
  const finish = call.finishReason === null ? "" : oneLine(`, finish ${call.finishReason}`);
  return [
    ["target", oneLine(targetText(call))],
    ["source", `${call.source}${finish}`],
    ["tokens", tokenText(call)],
    ["cost", cost(call.costUsd, call.unpricedAttempts)],
  ];
}

function toolFacts(tool: ToolRecord): Fact[] {
  const { name, effect, outcome, stoppedBy, reason, approval, cutFrom, idempotencyKey } = tool;
  const by = stoppedBy === null ? "" : ` (${stoppedBy})`;
  const facts: [name: string, text: string | false][] = [
    ["tool", `${name}${effect === null ? "" : ` (${effect})`}`],
    ["outcome", `${outcome}${by}${reason === null ? "" : `: ${reason}`}`],
    ["approval", approval !== null && decidedText(approval)],
    ["result", cutFrom !== null && `cut to size; it had ${count(cutFrom)} characters`],
    ["untrusted", tool.untrusted && "the result counts as untrusted content"],
    ["key", idempotencyKey ?? false],
  ];
  return facts.flatMap(([name, text]) => (text === false ? [] : [[name, oneLine(text)]]));
}

/** Whether another call's answer has spared this one its cost. */
function isSaved({ source, errorCode }: CallEvent): boolean {
  return (source === "cache" || source === "coalesced") && errorCode === null;
}

function contentSections({ content, prompt, response, tool }: CallEvent): string[] {
  if (content === "none") return section("Prompt and response", ["  (left out)"]);
  const mark = content === "redacted" ? " (redacted)" : "";
  return [
    ...section(
      `${tool === null ? "Prompt" : "Input"}${mark}`,
      promptBlocks(prompt).flatMap(blockLines),
    ),
    ...section(
      `${tool === null ? "Response" : "Output"}${mark}`,
      responseBlocks(response).flatMap(blockLines),
    ),
  ];
}

function tookText({ latencyMs, firstTokenMs, queuedMs }: CallEvent): string {
  return [
    time(latencyMs),
    ...(firstTokenMs === null ? [] : [`first token after ${time(firstTokenMs)}`]),
    ...(queuedMs === 0 ? [] : [`${time(queuedMs)} of it in a queue`]),
  ].join(", ");
}

function targetText({ target, answeredBy, model }: CallEvent): string {
  const answered =
    answeredBy === null || answeredBy === target ? "" : `, answered by ${answeredBy}`;
  return `${target}${answered}${model === null ? "" : ` (${model})`}`;
}

function tokenText({ usage }: CallEvent): string {
  const parts: [number | null, string][] = [
    [usage.inputTokens, "in"],
    [usage.outputTokens, "out"],
    [usage.cachedTokens, "of the input from the provider's cache"],
    [usage.cacheWriteTokens, "of the input written to it"],
    [usage.reasoningTokens, "of the output for reasoning"],
  ];
  return parts
    .filter(([tokens], index) => index < 2 || (tokens !== null && tokens > 0))
    .map(([tokens, what]) => `${count(tokens)} ${what}`)
    .join(", ");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", paint("bold", title), ...lines];
}

/** A piece of a prompt or a response under its label, safe to print. */
export function blockLines({ label, text }: TextBlock): string[] {
  const lines = multiLine(text).split("\n");
  return [
    `  ${paint("cyan", `[${oneLine(label)}]`)}`,
    ...lines.map((line) => `  ${line}`.trimEnd()),
  ];
}

function rerouteLine({ from, to, reason }: CallEvent["reroutes"][number]): string {
  return `  ${oneLine(`${from} → ${to}: ${reason}`)}`;
}

function resumeLine({ at, from, to, how, overlap, reason }: CallEvent["resumes"][number]): string {
  const target = from === to ? from : `${from} → ${to}`;
  const repeated = overlap === 0 ? "" : `, ${overlap} repeated ones taken out`;
  return `  ${oneLine(`after ${at} characters, ${target}, by ${how}${repeated}: ${reason}`)}`;
}
