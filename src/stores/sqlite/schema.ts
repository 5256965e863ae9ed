/** One row a call. Times are milliseconds, costs US dollars; JSON columns hold text. */
export interface EventRow {
  id: string;
  parent_id: string | null;
  trace_id: string;
  time: number;
  task: string;
  pattern: string;
  mode: string;
  user: string | null;
  session: string | null;
  tags: string;
  arm: string | null;
  target: string;
  answered_by: string | null;
  model: string | null;
  content: string;
  prompt: string;
  response: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cached_tokens: number | null;
  cache_write_tokens: number | null;
  reasoning_tokens: number | null;
  cost_usd: number | null;
  unpriced_attempts: number;
  saved_usd: number | null;
  latency_ms: number;
  first_token_ms: number | null;
  queued_ms: number;
  source: string;
  attempts: string;
  attempt_count: number;
  reroutes: string;
  resumes: string;
  finish_reason: string | null;
  error_code: string | null;
  error_message: string | null;
  fingerprint: string;
  prompt_fingerprint: string | null;
  children: number;
  repeat_of: string | null;
  tool: string | null;
  notes: string;
}

export interface CacheRow {
  key: string;
  text: string;
  expires_at: number;
}

/** How good a call's answer was, by one measure; the newest value of each name. */
export interface ScoreRow {
  call_id: string;
  name: string;
  value: number;
  time: number;
}

/** Facts about the file, e.g. how many events had to be dropped. */
export interface MetaRow {
  name: string;
  value: number;
}

/** What one process has used of a task's budget in one window. Times in milliseconds since the epoch. */
export interface BudgetRow {
  /** The window's length in milliseconds and the task, e.g. `86400000 summarize`. */
  account: string;
  starts_at: number;
  ends_at: number;
  writer: string;
  cost_usd: number;
  tokens: number;
  requests: number;
}

/**
 * The sums of all events that began in one span of time and share everything by which calls are grouped and filtered.
 * Written by {@link rollUps}, never changed: a span whose events have changed is rolled up anew.
 */
export interface RollupRow {
  /** The length of the span, in milliseconds: one of `rollupSpans`. */
  span: number;
  /** When it begins; a multiple of its length. */
  start: number;
  task: string;
  arm: string | null;
  target: string;
  answered_by: string | null;
  model: string | null;
  source: string;
  error_code: string | null;
  is_root: number;
  is_leaf: number;
  calls: number;
  retries: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  unpriced_attempts: number;
  saved_usd: number | null;
  unknown_savings: number;
  /** Sketches: see `Distribution`. */
  latencies: string;
  first_tokens: string;
}

/** A span whose rollup is missing or older than its events: kept by triggers, whoever writes the events. */
export interface RollupDueRow {
  span: number;
  start: number;
}

/** A run that waits for approval, or that has waited and is over. Times in milliseconds since the epoch. */
export interface RunRow {
  id: string;
  task: string;
  created_at: number;
  /** JSON: the events of its parts. */
  segments: string;
  /** What it goes on from; `null` once it is over. */
  snapshot: string | null;
  kept_until: number;
  holder: string | null;
  held_until: number | null;
  ended_at: number | null;
}

/** A call of a tool that somebody must agree to. */
export interface ApprovalRow {
  id: string;
  run_id: string;
  /** How many parts the run had when it was asked for. */
  part: number;
  task: string;
  tool: string;
  effect: string;
  tool_call_id: string;
  input: string | null;
  input_hash: string;
  reason: string;
  created_at: number;
  expires_at: number;
  approved: number | null;
  decided_by: string | null;
  note: string | null;
  decided_at: number | null;
}

/** A conversation without its turns. Times in milliseconds since the epoch. */
export interface ConversationRow {
  id: string;
  created_at: number;
  updated_at: number;
  task: string | null;
  /** How many turns it has. */
  turns: number;
  /** JSON: pinned facts. */
  pins: string;
  summary: string | null;
  /** All turns with a lower number are in the summary. */
  summary_up_to: number;
  summary_tokens: number;
  /** JSON that only the conversation reads. */
  state: string | null;
}

/** One whole turn of a conversation. */
export interface TurnRow {
  conversation: string;
  turn: number;
  time: number;
  call_id: string | null;
  /** JSON. */
  messages: string;
  tokens: number;
  pinned: number;
  /** JSON: what it was sent with, what it used and cost. */
  record: string;
}

/** A turn that waits for approval. */
export interface PausedTurnRow {
  conversation: string;
  run_id: string;
  /** JSON that only the conversation reads. */
  snapshot: string;
}

/** Who is at work on a conversation, and until when. */
export interface ConversationHoldRow {
  conversation: string;
  holder: string;
  until: number;
}

/** What a run of an eval came to. Times in milliseconds since the epoch. */
export interface EvalRunRow {
  run: string;
  suite: string;
  started_at: number;
  ended_at: number;
  commit_hash: string | null;
  branch: string | null;
  dirty: number;
  cases: number;
  trials: number;
  passed: number;
  reason: string;
  /** JSON: means and intervals by the names of the metrics. */
  metrics: string;
  cost_usd: number | null;
  file: string;
}

export interface Database {
  events: EventRow;
  rollups: RollupRow;
  rollups_due: RollupDueRow;
  cache: CacheRow;
  scores: ScoreRow;
  meta: MetaRow;
  budgets: BudgetRow;
  runs: RunRow;
  approvals: ApprovalRow;
  conversations: ConversationRow;
  turns: TurnRow;
  paused_turns: PausedTurnRow;
  conversation_holds: ConversationHoldRow;
  eval_runs: EvalRunRow;
}
