import type { Cost } from "../measure/cost.ts";
import { type PeerName, peerNames } from "../peers/names.ts";
import { withPeers } from "./peers.ts";
import type { Bench } from "./suite.ts";

/** The cost of one call, of every peer, in every round. */
export interface CallCosts {
  readonly sequential: Record<PeerName, Cost[]>;
  readonly concurrent: Record<PeerName, Cost[]>;
}

/** Whole answers: one call after another, then several at once. Peers take turns in every round. */
export function measureCalls({ size, url, progress }: Bench): Promise<CallCosts> {
  const { rounds, sequentialCalls, concurrentCalls, concurrency, warmUpCalls } = size;
  return withPeers(url, async (peers) => {
    for (const [name, peer] of peers) {
      progress(`calls: warming up ${name}`);
      await peer.ask("complete", { count: warmUpCalls, concurrency: 1 });
      await peer.ask("complete", { count: warmUpCalls, concurrency });
    }
    const costs: CallCosts = { sequential: noCosts(), concurrent: noCosts() };
    for (let round = 1; round <= rounds; round++) {
      for (const [name, peer] of peers) {
        progress(`calls: round ${round} of ${rounds}, ${name}`);
        const alone = { count: sequentialCalls, concurrency: 1 };
        costs.sequential[name].push(await peer.ask("complete", alone));
        const together = { count: concurrentCalls, concurrency };
        costs.concurrent[name].push(await peer.ask("complete", together));
      }
    }
    return costs;
  });
}

export function noCosts(): Record<PeerName, Cost[]> {
  return Object.fromEntries(peerNames.map((name): [PeerName, Cost[]] => [name, []])) as Record<
    PeerName,
    Cost[]
  >;
}
