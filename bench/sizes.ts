/** How much one run of the bench does. */
export interface Size {
  /** Times that every peer has its turn; the tables show the median of them. */
  readonly rounds: number;
  /** Calls of one turn, one after another. */
  readonly sequentialCalls: number;
  /** Calls of one turn, `concurrency` at a time. */
  readonly concurrentCalls: number;
  readonly concurrency: number;
  /** Calls before the first round, so that no peer is measured while it is being compiled. */
  readonly warmUpCalls: number;
  /** Turns of streaming, each with this many streams at once. */
  readonly streamRounds: number;
  readonly streams: number;
  readonly chunks: number;
  /** Milliseconds between two chunks of a stream. */
  readonly chunkEveryMs: number;
  /** Fresh processes for each peer in the memory suite, and the calls that each holds open. */
  readonly memoryRuns: number;
  readonly inFlight: number;
  readonly cacheHits: number;
  readonly events: number;
  /** Calls of one turn of each policy. */
  readonly policyCalls: number;
  /** Events in the file of the store suite, and how often it is asked: in the process, and by the command. */
  readonly storeEvents: number;
  readonly statsRounds: number;
  readonly commandRounds: number;
  /** Calls that meet an outage all at once, and how long it lasts. */
  readonly stormCalls: number;
  readonly outageMs: number;
  /** Calls of a server with a slow tail, for each way of hedging. */
  readonly hedgeCalls: number;
  /** Turns of the chat that is replayed. */
  readonly chatTurns: number;
  /** Comparisons of simulated suites, in each world: where nothing has changed, and for each true drop. */
  readonly gateNulls: number;
  readonly gateDrops: number;
  /** Cases of each run of `seam eval`. */
  readonly evalCases: readonly number[];
}

export const sizes = {
  full: {
    rounds: 7,
    sequentialCalls: 150,
    concurrentCalls: 300,
    concurrency: 20,
    warmUpCalls: 400,
    streamRounds: 4,
    streams: 20,
    chunks: 500,
    chunkEveryMs: 4,
    memoryRuns: 3,
    inFlight: 1_000,
    cacheHits: 20_000,
    events: 10_000,
    policyCalls: 3_000,
    storeEvents: 1_000_000,
    statsRounds: 40,
    commandRounds: 10,
    stormCalls: 2_000,
    outageMs: 10_000,
    hedgeCalls: 2_000,
    chatTurns: 200,
    gateNulls: 10_000,
    gateDrops: 500,
    evalCases: [1_000, 10_000, 100_000],
  },
  quick: {
    rounds: 3,
    sequentialCalls: 60,
    concurrentCalls: 120,
    concurrency: 20,
    warmUpCalls: 150,
    streamRounds: 2,
    streams: 10,
    chunks: 250,
    chunkEveryMs: 2,
    memoryRuns: 1,
    inFlight: 300,
    cacheHits: 4_000,
    events: 2_000,
    policyCalls: 500,
    storeEvents: 20_000,
    statsRounds: 10,
    commandRounds: 2,
    stormCalls: 300,
    outageMs: 1_500,
    hedgeCalls: 300,
    chatTurns: 200,
    gateNulls: 500,
    gateDrops: 100,
    evalCases: [1_000, 10_000],
  },
  /** Proves that the bench runs; its numbers mean nothing. */
  smoke: {
    rounds: 1,
    sequentialCalls: 2,
    concurrentCalls: 4,
    concurrency: 2,
    warmUpCalls: 1,
    streamRounds: 1,
    streams: 2,
    chunks: 5,
    chunkEveryMs: 1,
    memoryRuns: 1,
    inFlight: 5,
    cacheHits: 20,
    events: 20,
    policyCalls: 5,
    storeEvents: 200,
    statsRounds: 2,
    commandRounds: 1,
    stormCalls: 5,
    outageMs: 20,
    hedgeCalls: 5,
    chatTurns: 5,
    gateNulls: 5,
    gateDrops: 2,
    evalCases: [10],
  },
} as const satisfies Record<string, Size>;

export type SizeName = keyof typeof sizes;
