/** The door to the events: reads what calls left behind, also while apps write. */
import { defaults } from "./config/defaults.ts";
import { type EventReader, openEventReader } from "./stores/sqlite/event-reader.ts";

export type { Attempt } from "./call/attempt.ts";
export type { CallEvent } from "./call/event.ts";
export type { Score } from "./call/score.ts";
export type { StoredApproval } from "./state/runs.ts";
export type {
  EventOrder,
  EventReader,
  FollowOptions,
  ListOptions,
  ScoreStatsOptions,
  StatsOptions,
} from "./stores/sqlite/event-reader.ts";
export type { EventFilter, EventScope } from "./stores/sqlite/event-reader-filter.ts";
export type { PromptVolume } from "./stores/sqlite/event-reader-prompts.ts";
export type { TaskRepeats } from "./stores/sqlite/event-reader-repeats.ts";
export type { RunRecord } from "./stores/sqlite/event-reader-runs.ts";
export type { ScoreKey, ScoreStats } from "./stores/sqlite/event-reader-scores.ts";
export type { CallStats, StatsKey } from "./stores/sqlite/event-reader-stats.ts";
export type { ToolStats } from "./stores/sqlite/event-reader-tools.ts";

/**
 * Opens the events of a SQLite file, for reading only.
 *
 * @param path the `store` of the config; default: its default, `.seam/seam.db`
 * @throws ConfigError when there is no such file, or no events in it
 *
 * @example
 * const events = openEvents();
 * const failed = await events.list({ task: "classify-ticket", error: "any", since: "2h" });
 * const [all] = await events.stats({ by: [] });
 * events.close();
 */
export function openEvents(path: string = defaults.store): EventReader {
  return openEventReader(path);
}
