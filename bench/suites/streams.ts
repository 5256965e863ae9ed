import type { Cost } from "../measure/cost.ts";
import type { PeerName } from "../peers/names.ts";
import { noCosts } from "./calls.ts";
import { withPeers } from "./peers.ts";
import type { Bench } from "./suite.ts";

/** The cost of one chunk, of every peer, in every round. The time is the server's pace and says nothing. */
export function measureStreams({
  size,
  url,
  progress,
}: Bench): Promise<Record<PeerName, readonly Cost[]>> {
  const { streamRounds, streams, chunks } = size;
  return withPeers(url, async (peers) => {
    for (const [name, peer] of peers) {
      progress(`streams: warming up ${name}`);
      await peer.ask("stream", { count: streams, chunks });
    }
    const costs = noCosts();
    for (let round = 1; round <= streamRounds; round++) {
      for (const [name, peer] of peers) {
        progress(`streams: round ${round} of ${streamRounds}, ${name}`);
        costs[name].push(await peer.ask("stream", { count: streams, chunks }));
      }
    }
    return costs;
  });
}
