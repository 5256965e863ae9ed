import { type Command, InvalidArgumentError, Option } from "commander";
import type { EventFilter } from "../events.ts";
import { momentOf } from "../stores/sqlite/event-reader-moment.ts";
import { parseDuration } from "../util/duration.ts";

/** What the filter options of a command hold. */
export interface FilterOptions {
  readonly task?: string;
  readonly model?: string;
  readonly source?: "model" | "cache" | "coalesced" | "rule";
  readonly arm?: "control" | "canary";
  readonly error?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly since?: Date;
  readonly until?: Date;
  readonly text?: string;
  readonly slow?: number;
}

export function withFilters(command: Command): Command {
  return command
    .optionsGroup("Which calls:")
    .option("--task <name>", "of this task")
    .option("--model <name>", "asked of, or answered by, a target or model with this in its name")
    .addOption(
      new Option("--source <source>", "answered by").choices([
        "model",
        "cache",
        "coalesced",
        "rule",
      ]),
    )
    .addOption(
      new Option("--arm <arm>", "of this arm of a task's canary").choices(["control", "canary"]),
    )
    .option("--error <code>", "ended with this error code; `any` or `none`")
    .option("--tag <key=value>", "with this tag, `user` and `session` included; repeatable", tag)
    .option("--since <when>", "began after: 2h, 7d (ago), 2026-01-31, 2026-01-31T09:00Z", moment)
    .option("--until <when>", "began before; written like --since", moment)
    .option("--text <text>", "with this text in the prompt or the response")
    .option("--slow <duration>", "took at least this long, e.g. 5s", duration)
    .optionsGroup("Options:");
}

export function filterOf(options: FilterOptions): EventFilter {
  const { task, model, source, arm, error, tag: tags, since, until, text, slow } = options;
  return { task, model, source, arm, error, tags, since, until, text, minLatencyMs: slow };
}

/** A whole number within bounds, for options that count. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && text.trim() !== "" && value >= least && value <= most)
      return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function tag(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError("Write it as key=value, e.g. user=ada.");
}

function moment(text: string): Date {
  try {
    return new Date(momentOf(text, Date.now()));
  } catch {
    throw new InvalidArgumentError(
      "Give how long ago (30m, 2h, 7d), or a date (2026-01-31, 2026-01-31T09:00Z).",
    );
  }
}

function duration(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text) ? Number(text) : text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError("Give milliseconds, or a duration: 800ms, 5s, 2m.");
}
