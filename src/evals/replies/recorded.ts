/** How a recorded reply may end: what else there is belongs to tools, or to answers that are none. */
export const recordedFinishes = ["stop", "length", "content-filter", "other"] as const;

/** What a model has answered, to be answered again where none is asked. */
export interface RecordedReply {
  readonly text: string;
  readonly finish: (typeof recordedFinishes)[number];
}

/** By task: the replies to a case's calls, in the order in which they were made; `null` for one that was not recorded. */
export type RepliesOfCase = ReadonlyMap<string, readonly (RecordedReply | null)[]>;

/** By case. */
export type RecordedReplies = ReadonlyMap<string, RepliesOfCase>;
