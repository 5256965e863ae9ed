import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { CallEvent } from "../../call/event.ts";
import { momentOf } from "./event-reader-moment.ts";
import type { Range } from "./rollup-plan.ts";

/** Which events are meant. Everything given must hold; nothing given means all. */
export interface EventFilter {
  /** The task's exact name. */
  readonly task?: string | undefined;
  /** The target, the target that answered, or the model it reported: its name, or a part of it. */
  readonly model?: string | undefined;
  readonly source?: CallEvent["source"] | undefined;
  /** The arm of a canary: `control` or `canary`. */
  readonly arm?: string | undefined;
  /** An error code, e.g. `RateLimited`; `any`: every call that failed; `none`: every one that did not. */
  readonly error?: string | undefined;
  /** Tags with their values, `user` and `session` included. */
  readonly tags?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Began at this moment or later: a Date, an ISO date, or how long ago, e.g. `"2h"`. */
  readonly since?: Date | string | undefined;
  /** Began before this moment. */
  readonly until?: Date | string | undefined;
  /**
   * Calls outside of evals, answered by a model or what is kept of one, whose prompt is in no lock: its fingerprint begins
   * with none of these texts of 16 characters. `unknown`: those of releases that kept none.
   */
  readonly unevaluated?: readonly string[] | "unknown" | undefined;
  /** Occurs in a message of the prompt or in the response; ASCII letters match in either case. */
  readonly text?: string | undefined;
  /** Took at least this long, in milliseconds. */
  readonly minLatencyMs?: number | undefined;
  /**
   * `roots`: what feature code called (the default). `leaves`: what was sent into the pipeline, where an extract that
   * asked twice counts twice. `all`: both, and what agents did with tools; do not add up their tokens and costs, which
   * parents hold as sums.
   */
  readonly scope?: EventScope | undefined;
}

export type EventScope = "roots" | "leaves" | "all";

type Condition = RawBuilder<SqlBool>;

/** The condition on `events` that a filter means; throws ConfigError when its times cannot be read. */
export function matching(filter: EventFilter, now: number = Date.now()): Condition {
  const { tags = {}, since, until, text, minLatencyMs, unevaluated } = filter;
  return allOf([
    inScope(filter, { root: sql`parent_id is null`, leaf: sql`children = 0 and source <> 'tool'` }),
    ...described(filter),
    ...Object.entries(tags).map(([name, value]) => tagged(name, String(value))),
    since === undefined ? undefined : sql`time >= ${momentOf(since, now)}`,
    until === undefined ? undefined : sql`time < ${momentOf(until, now)}`,
    minLatencyMs === undefined ? undefined : sql`latency_ms >= ${minLatencyMs}`,
    unevaluated === undefined ? undefined : outsideOf(unevaluated),
    text === undefined ? undefined : says(text),
  ]);
}

/** The condition on `rollups` that a filter means, but for its times; only of a filter that `fitsRollups`. */
export function matchingRollups(filter: EventFilter): Condition {
  return allOf([inScope(filter, { root: sql`is_root`, leaf: sql`is_leaf` }), ...described(filter)]);
}

/** Whether rollups hold all that the filter asks for, its times left aside. */
export function fitsRollups(filter: EventFilter): boolean {
  const { tags = {}, text, minLatencyMs, unevaluated } = filter;
  const isPlain = [text, minLatencyMs, unevaluated].every((asked) => asked === undefined);
  return isPlain && Object.keys(tags).length === 0;
}

/** The times that a filter means; the given ones where it names none. */
export function rangeOf({ since, until }: EventFilter, [first, last]: Range, now: number): Range {
  return [
    since === undefined ? first : momentOf(since, now),
    until === undefined ? last : momentOf(until, now),
  ];
}

function allOf(conditions: readonly (Condition | undefined)[]): Condition {
  const asked = conditions.filter((condition) => condition !== undefined);
  return asked.length === 0 ? sql`true` : sql.join(asked, sql` and `);
}

function inScope(
  { scope = "roots" }: EventFilter,
  { root, leaf }: Readonly<Record<"root" | "leaf", Condition>>,
): Condition | undefined {
  if (scope === "all") return undefined;
  return scope === "roots" ? root : leaf;
}

/** What is asked of columns that events and rollups both have. */
function described({ task, model, source, arm, error }: EventFilter): (Condition | undefined)[] {
  return [
    task === undefined ? undefined : sql`task = ${task}`,
    model === undefined ? undefined : servedBy(containing(model)),
    source === undefined ? undefined : sql`source = ${source}`,
    arm === undefined ? undefined : sql`arm = ${arm}`,
    error === undefined ? undefined : failedWith(error),
  ];
}

function servedBy(pattern: string): Condition {
  return sql`(${like(sql`target`, pattern)} or ${like(sql`answered_by`, pattern)} or ${like(sql`model`, pattern)})`;
}

function failedWith(error: string): Condition {
  if (error === "none") return sql`error_code is null`;
  return error === "any" ? sql`error_code is not null` : sql`error_code = ${error}`;
}

function tagged(name: string, value: string): Condition {
  if (name === "user" || name === "session") return sql`${sql.ref(name)} = ${value}`;
  return sql`${mayHold(name, value)} and exists (
    select 1 from json_each(tags) as tag
    where tag.key = ${name}
      and case tag.type when 'true' then 'true' when 'false' then 'false' else cast(tag.value as text) end = ${value}
  )`;
}

function outsideOf(locked: readonly string[] | "unknown"): Condition {
  const isProduction = sql`source in ('model', 'cache', 'coalesced')
    and not (instr(tags, '"eval":') or instr(tags, '"replay_of":'))`;
  if (locked === "unknown") return sql`(${isProduction} and prompt_fingerprint is null)`;
  const keys = sql`select value from json_each(${JSON.stringify(locked)})`;
  return sql`(${isProduction} and prompt_fingerprint is not null
    and substr(prompt_fingerprint, 1, 16) not in (${keys}))`;
}

/** A quick look at the text of the tags, which spares most rows the reading of their JSON. Numbers have many spellings. */
function mayHold(name: string, value: string): Condition {
  if (!Number.isNaN(Number(value))) return sql`true`;
  const key = `${JSON.stringify(name)}:`;
  return sql`(instr(tags, ${key + JSON.stringify(value)}) or instr(tags, ${key + value}))`;
}

/**
 * The columns hold JSON: a quick look at the whole text comes first, then one at the values alone, so that names of
 * fields and the schema of the output do not count.
 */
function says(text: string): Condition {
  const pattern = containing(text);
  const inJson = containing(JSON.stringify(text).slice(1, -1));
  return sql`(
    ${like(sql`prompt`, inJson)} and ${saidIn(sql`json_tree(prompt, '$.prompt')`, pattern)}
    or ${like(sql`response`, inJson)} and ${saidIn(sql`json_tree(response)`, pattern)}
  )`;
}

function saidIn(tree: RawBuilder<unknown>, pattern: string): Condition {
  return sql`exists (
    select 1 from ${tree} as said
    where said.type = 'text'
      and said.key not in ('role', 'type', 'id', 'toolCallId', 'mediaType', '$bytes')
      and said.value like ${pattern} escape '\\'
  )`;
}

function like(column: RawBuilder<unknown>, pattern: string): Condition {
  return sql`${column} like ${pattern} escape '\\'`;
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
