import { defaults } from "../src/config/defaults.ts";
import { formatDuration } from "../src/util/duration.ts";

type Leaf<Tree, Prefix extends string = ""> = {
  [Key in keyof Tree & string]: Tree[Key] extends object
    ? Leaf<Tree[Key], `${Prefix}${Key}.`>
    : `${Prefix}${Key}`;
}[keyof Tree & string];

/** Which setting each default belongs to; a default without a line here does not compile. */
const settings: Readonly<Record<Leaf<typeof defaults>, [setting: string, effect: string]>> = {
  deadlineMs: [
    "`deadline`",
    "The call's total time: queueing, attempts, waits, the stream to its end.",
  ],
  "attempt.totalMs": ["`attempt.total`", "One attempt, to the last byte."],
  "attempt.headersMs": ["`attempt.headers`", "Until the response headers. Streams only."],
  "attempt.firstTokenMs": ["`attempt.firstToken`", "Until the first content. Streams only."],
  "attempt.silenceMs": ["`attempt.silence`", "Between two pieces of content. Streams only."],
  "retry.attempts": [
    "`retry.attempts`",
    "Requests to one target at the most, the first included; 1 to 20.",
  ],
  "retry.baseDelayMs": [
    "`retry.baseDelay`",
    "The longest first wait; it doubles with every failure.",
  ],
  "retry.maxDelayMs": ["`retry.maxDelay`", "The longest wait of the backoff."],
  "retryBudget.share": [
    "`retry.budget.share`",
    "Retries of a target, over all calls, for each recent first attempt.",
  ],
  "retryBudget.floorPerSecond": [
    "`retry.budget.floorPerSecond`",
    "Retries that are always left, for quiet services.",
  ],
  "retryBudget.windowMs": ["`retry.budget.window`", "How far back both count."],
  "breaker.failureRate": [
    "`breaker.failureRate`",
    "A target is taken out when this share of its recent requests failed.",
  ],
  "breaker.minimumCalls": ["`breaker.minimumCalls`", "Never on fewer requests than these."],
  "breaker.windowMs": ["`breaker.window`", "How far back requests count."],
  "breaker.cooldownMs": [
    "`breaker.cooldown`",
    "How long the target is left alone first; twice as long with each reopening.",
  ],
  "breaker.maxCooldownMs": ["`breaker.maxCooldown`", "The longest cooldown."],
  "hedge.after": [
    "`hedge.after`",
    "How long a target may take to its first token before another request is sent, where hedging is switched on.",
  ],
  "hedge.share": ["`hedge.share`", "The share of a task's recent calls that may be hedged."],
  "hedge.minimumCalls": [
    "`hedge.minimumCalls`",
    "Answers that must be known before their 95th percentile counts.",
  ],
  "hedge.windowMs": ["`hedge.window`", "How far back calls and answers count."],
  "pace.waitMs": [
    "`pace.<target>.wait`",
    "How long a call waits for its turn, and never past its deadline.",
  ],
  "pace.learn": [
    "`pace.<target>.learn`",
    "Whether a provider's rate-limit headers and its Retry-After hold back later requests.",
  ],
  "cache.ttlMs": ["`cache.ttl`", "How long an answer is kept, where the cache is switched on."],
  "cache.namespace": ["`cache.namespace`", "Answers are shared within a namespace only."],
  "budget.waitMs": [
    "`budget.wait`",
    "How long a call waits for room in its task's budget; 0: it fails at once.",
  ],
  "promptCache.ttl": [
    "`promptCache.ttl`",
    "How long Anthropic keeps the beginning of a prompt, where `promptCache` is switched on.",
  ],
  compress: ["`compress`", "Whether a task's prompts are sent without what says nothing."],
  afterCommit: [
    "`afterCommit`",
    "What becomes of a stream that breaks after its first content: `fail` or `resume`.",
  ],
  maxResumes: ['for `afterCommit: "resume"`', "How often one call's stream is gone on with."],
  content: ["`content`", "What is kept of prompts and answers: `full`, `redacted` or `none`."],
  "agent.steps": ["`agent.steps`", "Model steps in a run of an agent."],
  "agent.deadlineMs": ["`agent.deadline`", "A run of an agent, up to its end or its pause."],
  "agent.callsPerTool": [
    "`agent.callsPerTool`",
    "Calls of one tool in a run, where the grant says no other number.",
  ],
  "agent.repeats": [
    "`agent.repeats`",
    "How often the very same call of a tool is run; one more is answered without, the next ends the run.",
  ],
  "agent.toolTimeoutMs": ["`agent.toolTimeout`", "One call of a tool."],
  "agent.toolOutput": [
    "`agent.toolOutput`",
    "Characters of a tool's result that the model is given.",
  ],
  "agent.approvalTtlMs": ["`agent.approvalTtl`", "How long an approval can be given."],
  pausedRunKeepMs: [
    "for paused runs",
    "A run that waits for approval is forgotten so long after the last of its approvals has expired.",
  ],
  runLeaseMs: [
    "for paused runs",
    "A process that works on one holds it so long at a time: when it dies, another can go on after that.",
  ],
  "conversation.window": [
    "`conversation.window`",
    "Input tokens of a turn, where no target's own limit is known.",
  ],
  "conversation.summarize": [
    "`conversation.summarize`",
    "When older turns are folded into the summary: before a `turn` without room for them, or in the `background`.",
  ],
  "conversation.summaryTask": [
    "`conversation.summaryTask`",
    "The task that writes summaries, where the config has it; else the conversation's own.",
  ],
  "conversation.lowWater": [
    "`conversation.lowWater`",
    "The share of the window that a history is folded down to.",
  ],
  "conversation.highWater": [
    'for `conversation.summarize: "background"`',
    "The share of the window at which folding begins.",
  ],
  "conversation.summaryTokens": [
    "`conversation.summaryTokens`",
    "Tokens of a summary; never more than a quarter of the window.",
  ],
  "conversation.onBusy": [
    "`conversation.onBusy`",
    "What becomes of a turn while another one is under way: `wait` or `fail`.",
  ],
  "conversation.busyWaitMs": [
    "`conversation.busyWait`",
    "How long it waits then, and never past its deadline.",
  ],
  "conversationTurn.summaryShare": [
    "for conversations",
    "The share of a turn's deadline that it may wait for a summary.",
  ],
  "conversationTurn.leaseMs": [
    "for conversations",
    "How long a turn's hold on its conversation outlives its process.",
  ],
  "conversationTurn.maxBytes": [
    "for conversations",
    "The most that what is said may take in the store.",
  ],
  extractRoomFactor: [
    "`extract.maxOutputTokens`",
    "The most a re-ask after `length` may use, as a multiple of `settings.maxOutputTokens`.",
  ],
  "statistics.level": [
    "for evals",
    "The confidence of intervals; a difference counts when chance alone would make it more rarely than 1 minus this.",
  ],
  "statistics.power": [
    "for evals",
    "How often a suite should see a difference of interest, where it says how many cases that takes.",
  ],
  "statistics.resamples": ["for evals", "Draws of a bootstrap or a permutation test."],
  "statistics.seed": [
    "for evals",
    "What the draws start from: the same scores get the same interval.",
  ],
  "telemetry.content": [
    "`telemetry.content`",
    "Whether OpenTelemetry is given prompts, answers and the texts of errors.",
  ],
  "telemetry.conventions": [
    "`telemetry.conventions`",
    "The GenAI semantic conventions that name spans and metrics.",
  ],
  store: ["`store`", "The SQLite file of events and cached answers."],
  retentionMs: ["`retention`", "How long events are kept; `false`: as long as the file is there."],
  cacheMemoryBytes: ["`cacheMemoryBytes`", "The most that cached answers take in memory."],
};

/** Every default as a Markdown table, from the table that the code uses. */
export function defaultsTable(): string {
  const rows = leavesOf(defaults).map(([path, value]) => {
    const known = settings[path as keyof typeof settings];
    return `| ${known[0]} | ${shown(path, value)} | ${known[1]} |`;
  });
  return ["| setting | default | what it limits |", "|---|---|---|", ...rows].join("\n");
}

function leavesOf(tree: object, prefix = ""): [path: string, value: unknown][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? leavesOf(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value] satisfies [string, unknown]],
  );
}

function shown(path: string, value: unknown): string {
  if (typeof value !== "number") return value === "" ? "empty" : `\`${String(value)}\``;
  if (path.endsWith("Ms")) return formatDuration(value);
  if (path.endsWith("Bytes")) return `${value / 1024 / 1024} MiB`;
  return path.endsWith("Factor") ? `${value} times` : String(value);
}
