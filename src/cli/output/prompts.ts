import type { PromptPart, TaskPrompts } from "../../prompts/report.ts";
import type { CacheSavings } from "../../prompts/savings.ts";
import { oneLine } from "./clean.ts";
import { count, counted, usd } from "./format.ts";
import type { Column } from "./table.ts";

export const partColumns: readonly Column<PromptPart>[] = [
  { title: "PART", text: ({ label }) => oneLine(label) },
  { title: "TOKENS", align: "right", text: ({ tokens }) => count(tokens) },
  { title: "SHARE", align: "right", text: ({ share }) => percent(share) },
];

/** Trims that are worth less than this share of the prompt are not told, unless they are all there is in JSON. */
const leastShare = 0.005;
const shownTrims = 6;
/** A part that begins alike for fewer tokens is not worth moving. */
const leastHead = 200;

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** What there is to say about a task's prompts, a sentence each. */
export function wordsOn(task: TaskPrompts): string[] {
  return [
    extentOf(task),
    ...prefixWords(task),
    ...task.targets.map(cacheWords),
    ...trimWords(task),
  ];
}

function extentOf(task: TaskPrompts): string {
  const { calls, days, callsPerMonth, looked, withoutContent, isCalibrated } = task;
  const window = `${counted(calls, "call")} in ${days < 1 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(1)} days`}, about ${count(callsPerMonth)} a month`;
  const missing =
    withoutContent === 0
      ? ""
      : ` The content of ${count(withoutContent)} is not kept, so nothing can be said about them.`;
  if (looked === 0) return `${window}.${missing}`;
  const scale = isCalibrated
    ? "scaled to what providers have counted"
    : "with nothing that a provider has counted to compare them with";
  return `${window}; the newest ${count(looked)} were looked at. Tokens are estimates, ${scale}.${missing}`;
}

function prefixWords({ prefix, looked }: TaskPrompts): string[] {
  if (looked === 0) return [];
  if (looked === 1) return ["One prompt alone does not show what repeats."];
  const { labels, share, tokens, next } = prefix;
  const beginning =
    labels.length === 0
      ? "No first part is the same in more than half of the prompts."
      : `${percent(share)} of the prompts begin with the same ${count(tokens)} tokens: ${labels.join(", ")}.`;
  if (next === undefined || next.tokens < leastHead) return [beginning];
  const place = labels.length === 0 ? "first part" : "part after it";
  return [
    beginning,
    `The ${place}, ${next.label}, begins alike for about ${count(next.tokens)} tokens and then differs: put what changes last, into a message of its own.`,
  ];
}

function cacheWords({ target, prefixUsd, savesNowUsd, wouldSaveUsd, basis }: CacheSavings): string {
  const cost = prefixUsd ? [`this beginning costs ${usd(prefixUsd)} a month as plain input`] : [];
  const now = savesNowUsd ? [`its prompt cache ${saving(savesNowUsd)} now`] : [];
  const more = wouldSaveUsd ? [`caching it in every call ${change(wouldSaveUsd)}`] : [];
  return `${target}: ${[...cost, ...now, ...more, basis].join("; ")}.`;
}

function change(dollars: number): string {
  return dollars > 0
    ? `would save ${usd(dollars)} a month more than now`
    : `would cost ${usd(-dollars)} a month more than now`;
}

function saving(dollars: number): string {
  return dollars >= 0
    ? `saves ${usd(dollars)} a month`
    : `costs ${usd(-dollars)} more a month than it saves`;
}

function trimWords({ trims, promptTokens, looked }: TaskPrompts): string[] {
  const worth = trims.filter(
    ({ tokens, prompts }) => (tokens * prompts) / looked >= promptTokens * leastShare,
  );
  return worth.slice(0, shownTrims).map((trim) => {
    const { tokens, usdPerMonth, prompts, isSafe } = trim;
    const price = usdPerMonth === null ? "" : `, ${usd(usdPerMonth)} a month`;
    const where =
      prompts === looked ? "every prompt" : `${count(prompts)} of ${count(looked)} prompts`;
    const mend = isSafe ? " `compress: true` takes it out." : "";
    return `${sayingOf(trim)} (${count(tokens)} tokens in ${where}${price}).${mend}`;
  });
}

function sayingOf({ kind, what }: TaskPrompts["trims"][number]): string {
  switch (kind) {
    case "sentence":
      return `Said more than once: "${shortened(what)}"`;
    case "whitespace":
      return "Spaces and blank lines that say nothing, at the most";
    case "tool":
      return `The tool ${what} was offered and never called`;
    case "descriptions":
      return "The descriptions in the schema are heavier than the rest of it";
    case "document":
      return `Sent twice in one prompt: ${shortened(what)}`;
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
