/** What holds where a suite, its gate or the command line say nothing else. */
export const evalDefaults = {
  trials: 1,
  /** Trials at once. */
  concurrency: 8,
  /** The most that `run` may take for one trial, and each scorer for it. */
  timeoutMs: 300_000,
  /** How long the answers of a trial are kept, for when it is run again: 30 days. */
  cacheTtlMs: 2_592_000_000,
  record: {
    /** Characters that are kept of each of a trial's input, expectation, metadata, output and details. */
    characters: 1_000_000,
    /** How deep values are kept. */
    depth: 100,
  },
  gate: {
    failOn: ["regressed"],
    baseline: false,
    uncalibrated: "warn",
    maxFaults: 0.05,
    bound: "mean",
    /** The smallest difference of interest, on the scale of scores. */
    effect: 0.05,
  },
  calibration: {
    /** Labels without which no comparison of a judge with people is kept. */
    fewest: 10,
  },
  /** A trial passes with this score or a higher one. */
  passAt: 1,
  report: {
    /** Cases to look at: the worst ones, and critical ones that have failed. */
    worst: 10,
    critical: 50,
    /** Values of one field that are told apart, the most frequent ones first. */
    sliceValues: 50,
    /** Reasons why scores are missing, and characters of each. */
    faults: 5,
    faultText: 300,
    /** Cases that a sentence names. */
    named: 5,
  },
  sample: {
    by: "random",
    count: 50,
    seed: 1,
    /** A score that is lower counts as a failure. */
    lowScore: 0.5,
    /** Of how many calls clusters are made, and how alike two prompts of one are (the cosine of their words). */
    clustered: 2_000,
    similarity: 0.5,
  },
  replies: {
    /** Characters of the replies that are recorded of a case. */
    characters: 100_000,
  },
  baseline: {
    /** Characters that are kept of an output, to be shown beside a new one. */
    output: 1_000,
  },
} as const;
