import type { Memory } from "../measure/memory.ts";
import { type PeerName, peerNames } from "../peers/names.ts";
import { startPeer } from "./peers.ts";
import type { Bench } from "./suite.ts";

/** Bytes that one call in flight holds, on average. */
export type HeldMemory = Memory;

/** Calls before the memory is looked at: what a peer loads or compiles on first use is not held by a call. */
const warmUpCalls = 50;

/** Memory that calls hold while they wait for their answers. Every measurement has a process of its own. */
export async function measureMemory(bench: Bench): Promise<Record<PeerName, HeldMemory[]>> {
  const { memoryRuns } = bench.size;
  const held: Partial<Record<PeerName, HeldMemory[]>> = {};
  for (let run = 1; run <= memoryRuns; run++) {
    for (const name of peerNames) {
      bench.progress(`memory: run ${run} of ${memoryRuns}, ${name}`);
      const memory = await measureOne(name, bench);
      held[name] = [...(held[name] ?? []), memory];
    }
  }
  return held as Record<PeerName, HeldMemory[]>;
}

async function measureOne(name: PeerName, { size, url, server }: Bench): Promise<HeldMemory> {
  await using peer = startPeer(name, url);
  await peer.ask("complete", { count: warmUpCalls, concurrency: 5 });
  const before = await peer.ask("hold", { count: size.inFlight });
  await server.ask("held", size.inFlight);
  const during = await peer.ask("memory", null);
  await server.ask("release", null);
  await peer.ask("finishHeld", null);
  await peer.ask("close", null);
  return {
    rss: (during.rss - before.rss) / size.inFlight,
    heap: (during.heap - before.heap) / size.inFlight,
  };
}
