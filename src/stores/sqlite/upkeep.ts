import type { Troubles } from "../../call/troubles.ts";
import { type Connection, mayPass } from "./connection.ts";
import { dropConversations, dropExpired, dropRuns, prune } from "./prune.ts";
import { rollUps } from "./rollups.ts";

export interface UpkeepOptions {
  /** `undefined` while the file is not open. */
  readonly connection: () => Connection | undefined;
  /** Events older than this are removed; `false`: none. */
  readonly retentionMs: number | false;
  readonly troubles: Troubles;
}

/** Keeps the file in shape while an app runs. */
export interface Upkeep {
  /** Does what fits into a moment, and no more after that: for apps that never run for long. */
  stop(): void;
}

const firstTurnMs = 60_000;
const everyMs = 600_000;
/** Between two steps, each a transaction of some milliseconds. */
const pauseMs = 20;
const lastTurnMs = 50;

/**
 * Removes what is older than the retention and what has expired, and rolls up the rest: in small steps, with pauses for
 * calls and for other processes, which may do the same at the same time. Its timer keeps no process alive.
 */
export function startUpkeep({ connection, retentionMs, troubles }: UpkeepOptions): Upkeep {
  let work: Generator | undefined;
  let timer: NodeJS.Timeout | undefined;

  function schedule(ms: number): void {
    timer = setTimeout(() => schedule(step() ? pauseMs : everyMs), ms);
    timer.unref();
  }

  /** Whether there is more to do. */
  function step(): boolean {
    const file = connection();
    if (file === undefined) return false;
    try {
      work ??= stepsOf(file, retentionMs, Date.now());
      if (work.next().done !== true) return true;
    } catch (error) {
      if (!mayPass(error)) troubles.note("The event store could not be kept in shape", error);
    }
    work = undefined;
    return false;
  }

  schedule(firstTurnMs);
  return {
    stop: () => {
      clearTimeout(timer);
      const end = performance.now() + lastTurnMs;
      while (performance.now() < end && step());
    },
  };
}

function* stepsOf(
  connection: Connection,
  retentionMs: number | false,
  now: number,
): Generator<unknown, void, void> {
  const cutoff = retentionMs === false ? 0 : now - retentionMs;
  if (cutoff > 0) yield* prune(connection, cutoff);
  yield* dropExpired(connection, now);
  yield* dropRuns(connection, now, cutoff);
  yield* dropConversations(connection, cutoff);
  yield* rollUps(connection, now);
}
