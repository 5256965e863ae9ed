import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CallEvent, openEvents, type StatsOptions } from "llm-seam/events";
import { type Cost, costOf } from "../measure/cost.ts";
import { serve } from "../process/serve.ts";
import { type MadeEvents, madeEvents } from "./made-events.ts";

/** How long each of several runs took, in milliseconds. */
export interface Times {
  readonly wallMs: readonly number[];
  readonly cpuMs: readonly number[];
}

/** A file of events, from its first write to its removal. */
export interface StoreJobs {
  readonly open: (events: MadeEvents) => Promise<void>;
  /** Writes the next events; the making of them does not count. */
  readonly fill: (turn: { events: number }) => Promise<Cost>;
  /** Rolls up all that is over, as an app's timer would have; returns seconds. */
  readonly rollUp: (turn: null) => Promise<number>;
  readonly bytes: (turn: null) => Promise<number>;
  /** The library's `stats()`. */
  readonly ask: (turn: { question: StatsOptions; rounds: number }) => Promise<Times>;
  /** The whole command, from the start of its process to the end. */
  readonly run: (turn: { args: readonly string[]; rounds: number }) => Promise<Times>;
  readonly remove: (turn: null) => Promise<void>;
}

/** The store alone is behind no door of the package: the bench takes it from the build. */
const built = (path: string): URL => new URL(`../../dist/${path}`, import.meta.url);
const sqlite = (name: string): Promise<unknown> => import(built(`stores/sqlite/${name}.js`).href);

interface Store {
  readonly events: { write(event: CallEvent): void };
  flush(): Promise<void>;
  close(): Promise<void>;
}
interface StoreModule {
  openSqliteStore(path: string, troubles: object, options: { retentionMs: false }): Store;
}
interface OpenModule {
  openFile(path: string): Promise<{ readonly connection: { close(): void } }>;
}
interface RollupModule {
  rollUps(connection: object, now: number): Iterable<void>;
}

/** Events between two flushes: as many as wait in memory at a busy time. */
const blockSize = 1_000;

const folder = mkdtempSync(join(tmpdir(), "seam-bench-store-"));
const path = join(folder, "seam.db");
let events: Iterator<CallEvent>;
let store: Store;

serve<StoreJobs>({
  async open(wanted) {
    const { openSqliteStore } = (await sqlite("store")) as StoreModule;
    events = madeEvents(wanted);
    const troubles = { note: (kind: string, error: unknown) => console.error(kind, error) };
    store = openSqliteStore(path, troubles, { retentionMs: false });
    await store.flush();
  },
  async fill({ events: count }) {
    const whole = { cpuUs: 0, wallUs: 0 };
    for (let left = count; left > 0; left -= blockSize) {
      const block = take(Math.min(left, blockSize));
      const { cpuUs, wallUs } = await costOf(async () => {
        for (const event of block) store.events.write(event);
        await store.flush();
        return block.length;
      });
      whole.cpuUs += (cpuUs * block.length) / count;
      whole.wallUs += (wallUs * block.length) / count;
    }
    return whole;
  },
  async rollUp() {
    await store.close();
    const { openFile } = (await sqlite("open-file")) as OpenModule;
    const { rollUps } = (await sqlite("rollups")) as RollupModule;
    const { connection } = await openFile(path);
    const start = performance.now();
    for (const _ of rollUps(connection, Date.now()));
    const seconds = (performance.now() - start) / 1_000;
    connection.close();
    return seconds;
  },
  bytes: async () => statSync(path).size,
  async ask({ question, rounds }) {
    using reader = openEvents(path);
    return await timesOf(rounds, () => reader.stats(question));
  },
  run: ({ args, rounds }) => {
    const main = fileURLToPath(built("cli/main.js"));
    return timesOf(rounds, () => {
      const { status, stderr } = spawnSync(process.execPath, [main, ...args, "--store", path]);
      if (status !== 0) throw new Error(`seam ${args.join(" ")} failed: ${stderr.toString()}`);
    });
  },
  remove: async () => rmSync(folder, { recursive: true, force: true }),
});

function take(count: number): CallEvent[] {
  const block: CallEvent[] = [];
  while (block.length < count) {
    const next = events.next();
    if (next.done) break;
    block.push(next.value);
  }
  return block;
}

async function timesOf(rounds: number, work: () => unknown): Promise<Times> {
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await work();
    wallMs.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1_000);
  }
  return { wallMs, cpuMs };
}
