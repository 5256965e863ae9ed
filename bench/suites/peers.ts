import { type PeerName, peerNames } from "../peers/names.ts";
import { type Process, start } from "../process/start.ts";
import type { PeerJobs } from "../workers/peer-worker.ts";

export type PeerProcess = Process<PeerJobs>;

const module = new URL("../workers/peer-worker.ts", import.meta.url);

export function startPeer(name: PeerName, url: string): PeerProcess {
  return start<PeerJobs>(module, [name, url]);
}

/** One process for each peer, for as long as the work takes. */
export async function withPeers<T>(
  url: string,
  work: (peers: ReadonlyMap<PeerName, PeerProcess>) => Promise<T>,
): Promise<T> {
  await using stack = new AsyncDisposableStack();
  const peers = new Map(peerNames.map((name) => [name, stack.use(startPeer(name, url))]));
  const results = await work(peers);
  for (const peer of peers.values()) await peer.ask("close", null);
  return results;
}
