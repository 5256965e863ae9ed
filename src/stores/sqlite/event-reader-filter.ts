import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from "kysely";
import type { CallEvent } from "../../call/event.ts";
import { momentOf } from "./event-reader-moment.ts";
import type { Database } from "./schema.ts";

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
  /** Occurs in a message of the prompt or in the response; ASCII letters match in either case. */
  readonly text?: string | undefined;
  /** Took at least this long, in milliseconds. */
  readonly minLatencyMs?: number | undefined;
  /**
   * `roots`: what feature code called (the default). `leaves`: what was sent into the pipeline, where an extract that
   * asked twice counts twice. `all`: both; do not add up their tokens and costs, which parents hold as sums.
   */
  readonly scope?: EventScope | undefined;
}

export type EventScope = "roots" | "leaves" | "all";

type Builder = ExpressionBuilder<Database, "events">;
type Condition = ExpressionWrapper<Database, "events", SqlBool>;

/** The condition that a filter means; throws ConfigError when its times cannot be read. */
export function matching(
  filter: EventFilter,
  now: number = Date.now(),
): (is: Builder) => Condition {
  const {
    task,
    model,
    source,
    arm,
    error,
    tags = {},
    since,
    until,
    text,
    minLatencyMs,
    scope,
  } = filter;
  const from = since === undefined ? undefined : momentOf(since, now);
  const to = until === undefined ? undefined : momentOf(until, now);
  return (is) =>
    is.and(
      [
        inScope(is, scope ?? "roots"),
        task === undefined ? undefined : is("task", "=", task),
        model === undefined ? undefined : servedBy(is, model),
        source === undefined ? undefined : is("source", "=", source),
        arm === undefined ? undefined : is("arm", "=", arm),
        error === undefined ? undefined : failedWith(is, error),
        ...Object.entries(tags).map(([name, value]) => tagged(is, name, String(value))),
        from === undefined ? undefined : is("time", ">=", from),
        to === undefined ? undefined : is("time", "<", to),
        minLatencyMs === undefined ? undefined : is("latency_ms", ">=", minLatencyMs),
        text === undefined ? undefined : says(is, text),
      ].filter((condition) => condition !== undefined),
    );
}

function inScope(is: Builder, scope: EventScope): Condition | undefined {
  if (scope === "all") return undefined;
  return scope === "roots" ? is("parent_id", "is", null) : is("children", "=", 0);
}

function servedBy(is: Builder, model: string): Condition {
  const pattern = containing(model);
  return is.or(
    (["target", "answered_by", "model"] as const).map((column) => like(is, column, pattern)),
  );
}

function failedWith(is: Builder, error: string): Condition {
  if (error === "none") return is("error_code", "is", null);
  return error === "any" ? is("error_code", "is not", null) : is("error_code", "=", error);
}

function tagged(is: Builder, name: string, value: string): Condition {
  if (name === "user" || name === "session") return is(name, "=", value);
  return wrap(
    is,
    sql<SqlBool>`exists (
      select 1 from json_each(tags) as tag
      where tag.key = ${name}
        and case tag.type when 'true' then 'true' when 'false' then 'false' else cast(tag.value as text) end = ${value}
    )`,
  );
}

/**
 * The columns hold JSON: a quick look at the whole text comes first, then one at the values alone, so that names of
 * fields and the schema of the output do not count.
 */
function says(is: Builder, text: string): Condition {
  const pattern = containing(text);
  const inJson = containing(JSON.stringify(text).slice(1, -1));
  return is.or([
    is.and([like(is, "prompt", inJson), saidIn(is, sql`json_tree(prompt, '$.prompt')`, pattern)]),
    is.and([like(is, "response", inJson), saidIn(is, sql`json_tree(response)`, pattern)]),
  ]);
}

function saidIn(is: Builder, tree: ReturnType<typeof sql>, pattern: string): Condition {
  return wrap(
    is,
    sql<SqlBool>`exists (
      select 1 from ${tree} as said
      where said.type = 'text'
        and said.key not in ('role', 'type', 'id', 'toolCallId', 'mediaType', '$bytes')
        and said.value like ${pattern} escape '\\'
    )`,
  );
}

function like(
  is: Builder,
  column: "target" | "answered_by" | "model" | "prompt" | "response",
  pattern: string,
): Condition {
  return wrap(is, sql<SqlBool>`${sql.ref(column)} like ${pattern} escape '\\'`);
}

function wrap(is: Builder, condition: ReturnType<typeof sql<SqlBool>>): Condition {
  return is.and([condition]);
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}
