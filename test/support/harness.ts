import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  type Attempt,
  createSeam,
  type ProviderConfig,
  type Reroute,
  type Resume,
  type Seam,
  type SeamConfig,
} from "llm-seam";
import { type SimulationOptions, type Simulator, startSimulator } from "llm-seam/simulator";
import { expect, vi } from "vitest";

/** One event as the store keeps it, with its JSON columns read. */
export interface StoredEvent {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly parent_id: string | null;
  readonly task: string;
  readonly source: string;
  readonly answered_by: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly finish_reason: string | null;
  readonly fingerprint: string;
  readonly attempts: readonly Attempt[];
  readonly reroutes: readonly Reroute[];
  readonly resumes: readonly Resume[];
  readonly notes: readonly string[];
  readonly tags: Readonly<Record<string, unknown>>;
}

export interface Harness<Task extends string> extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly seam: Seam<Task>;
  /** The folder and the file of the seam's events. */
  readonly folder: string;
  readonly file: string;
  /** All events so far, oldest first. */
  events(): Promise<StoredEvent[]>;
  event(id: string): Promise<StoredEvent>;
  /** The newest event. */
  lastEvent(): Promise<StoredEvent>;
}

/** The three ways to speak with the simulator, as providers of a config. */
export function simulatedProviders(
  simulator: Simulator,
): Record<"anthropic" | "openai" | "local", ProviderConfig> {
  const common = { baseURL: simulator.baseURL, apiKey: "test-key", taskHeader: "x-seam-task" };
  return {
    anthropic: common,
    openai: common,
    local: { ...common, kind: "openai-compatible" },
  };
}

/** Starts a simulator and a seam in front of it, with a store in a folder of its own. */
export async function startHarness<const Task extends string>(
  config: Omit<SeamConfig<Task>, "store"> & { readonly store?: false },
  simulation: SimulationOptions = {},
): Promise<Harness<Task>> {
  const simulator = await startSimulator(simulation);
  const folder = await mkdtemp(join(tmpdir(), "seam-test-"));
  const file = join(folder, "seam.db");
  const seam = createSeam<Task>({
    store: file,
    ...config,
    providers: { ...simulatedProviders(simulator), ...config.providers },
  });
  const events = async (): Promise<StoredEvent[]> => {
    await seam.flush();
    return readEvents(file);
  };
  return {
    simulator,
    seam,
    folder,
    file,
    events,
    event: async (id) => {
      await seam.flush();
      return only(readEvents(file, "where id = ?", id));
    },
    lastEvent: async () => only((await events()).slice(-1)),
    [Symbol.asyncDispose]: async () => {
      await seam.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The events of a file, oldest first. */
export function readEvents(file: string, where = "", ...values: string[]): StoredEvent[] {
  if (!existsSync(file)) return [];
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(`select * from events ${where} order by rowid`)
      .all(...values)
      .map(toStored);
  } finally {
    database.close();
  }
}

/** Waits until the simulator has nothing more to do: every socket was answered or closed. */
export async function settled(simulator: Simulator): Promise<void> {
  await vi.waitFor(() => expect(simulator.inFlight).toBe(0), { timeout: 5_000, interval: 5 });
}

/** Before each test: nothing of the last one is under way, no fault is planned, and no request is remembered. */
export async function startAfresh(simulator: Simulator): Promise<void> {
  await settled(simulator);
  simulator.play([]);
  simulator.clear();
}

/** Milliseconds between the arrivals of one request and the next. */
export function gaps(simulator: Simulator): number[] {
  const times = simulator.requests.map(({ receivedAt }) => receivedAt);
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection, but it resolved");
}

/** Every piece of a stream, and the error that ended it, if one did. */
export async function collect<T>(
  pieces: AsyncIterable<T>,
): Promise<{ readonly pieces: T[]; readonly error: unknown }> {
  const seen: T[] = [];
  try {
    for await (const piece of pieces) seen.push(piece);
  } catch (error) {
    return { pieces: seen, error };
  }
  return { pieces: seen, error: undefined };
}

function toStored(row: Readonly<Record<string, unknown>>): StoredEvent {
  const read = (column: string): unknown => JSON.parse(String(row[column] ?? "null"));
  const json = ["prompt", "response", "attempts", "reroutes", "resumes", "notes", "tags"];
  return {
    ...row,
    ...Object.fromEntries(json.map((column) => [column, read(column)])),
  } as StoredEvent;
}

function only<T>(found: readonly T[]): T {
  const [first, ...others] = found;
  if (first === undefined || others.length > 0) {
    throw new Error(`expected one event, found ${found.length}`);
  }
  return first;
}
