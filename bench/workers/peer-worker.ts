import { type Cost, costOf, repeat } from "../measure/cost.ts";
import { type Memory, settledMemory } from "../measure/memory.ts";
import { type PeerName, peerNames } from "../peers/names.ts";
import { loadPeer } from "../peers/open.ts";
import type { Peer } from "../peers/peer.ts";
import { serve } from "../process/serve.ts";
import { freshPrompt } from "./prompts.ts";

/** What a process that holds one peer can be asked to do. */
export interface PeerJobs {
  /** Calls of this peer; the cost is that of one call. */
  readonly complete: (turn: { count: number; concurrency: number }) => Promise<Cost>;
  /** Streams, all at once; the cost is that of one chunk. */
  readonly stream: (turn: { count: number; chunks: number }) => Promise<Cost>;
  /** Starts calls that the server holds, and returns the memory from before them. */
  readonly hold: (turn: { count: number }) => Promise<Memory>;
  readonly memory: (none: null) => Promise<Memory>;
  /** Waits for the held calls, which the server must have been told to answer. */
  readonly finishHeld: (none: null) => Promise<void>;
  readonly close: (none: null) => Promise<void>;
}

const [name, url = ""] = process.argv.slice(2);
const open = await loadPeer(peerNamed(name));
const peer = open(`${url}/now`);
let holding: Peer | undefined;
let held: Promise<string>[] = [];

serve<PeerJobs>({
  complete: ({ count, concurrency }) =>
    costOf(async () => {
      await repeat(count, concurrency, () => completeOnce(peer));
      await peer.settle?.();
      return count;
    }),
  stream: ({ count, chunks }) =>
    costOf(async () => {
      await repeat(count, count, () => streamOnce(chunks));
      await peer.settle?.();
      return count * chunks;
    }),
  hold: async ({ count }) => {
    holding = open(`${url}/hold`);
    const before = await settledMemory();
    held = Array.from({ length: count }, () => completeOnce(holding ?? peer));
    return before;
  },
  memory: () => settledMemory(),
  finishHeld: async () => {
    await Promise.all(held);
    held = [];
    await holding?.settle?.();
  },
  close: async () => {
    await peer.close?.();
    await holding?.close?.();
  },
});

async function completeOnce(asked: Peer): Promise<string> {
  const text = await asked.complete(freshPrompt());
  if (text === "") throw new Error(`${name} returned no text`);
  return text;
}

/** Peers may join chunks that come together, but none may lose them all. */
async function streamOnce(chunks: number): Promise<void> {
  const pieces = await peer.stream(freshPrompt());
  if (pieces < 1 || pieces > chunks) throw new Error(`${name} gave ${pieces} of ${chunks} pieces`);
}

function peerNamed(wanted: string | undefined): PeerName {
  const found = peerNames.find((known) => known === wanted);
  if (found === undefined) throw new Error(`there is no peer ${wanted}`);
  return found;
}
