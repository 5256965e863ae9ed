/** One turn, whole: what the user said and all that answered it. Times are milliseconds since the epoch. */
export interface StoredTurn {
  /** 0 for a conversation's first turn. */
  readonly index: number;
  readonly time: number;
  /** The event of the answer; `null` for a turn that was imported. */
  readonly callId: string | null;
  /** Its messages, as JSON. */
  readonly messages: string;
  /** What they take in a prompt, estimated. */
  readonly tokens: number;
  readonly pinned: boolean;
  /** What it was sent with, what it used and cost, as JSON. */
  readonly record: string;
}

export interface StoredSummary {
  readonly text: string;
  /** All turns with a lower index are in it. */
  readonly upTo: number;
  readonly tokens: number;
}

/** A turn that waits for approval: its place in the history is the one it ends at. */
export interface PausedTurn {
  readonly runId: string;
  /** What the turn goes on from, as JSON. */
  readonly snapshot: string;
}

/** A conversation without its turns. */
export interface StoredConversation {
  readonly id: string;
  readonly createdAt: number;
  /** When it was last added to. */
  readonly updatedAt: number;
  /** The task of the last turn; `null` before the first. */
  readonly task: string | null;
  /** How many turns it has. */
  readonly turns: number;
  readonly pins: readonly string[];
  readonly summary: StoredSummary | null;
  /** What is known beside its turns, as JSON, e.g. how its tokens relate to estimates; `null` before the first turn. */
  readonly state: string | null;
}

/** Turns that are added at once, by who holds the conversation. */
export interface NewTurns {
  readonly id: string;
  readonly holder: string;
  readonly task: string;
  /** They follow each other, and the first follows the last one that is there. */
  readonly turns: readonly StoredTurn[];
  readonly state: string;
  /** The paused run that they answer. */
  readonly endsPause?: string | undefined;
}

/** What became of an attempt to take a conversation. `held`: another turn is under way. */
export type Hold = { readonly kind: "taken" } | { readonly kind: "held"; readonly until: number };

/**
 * Keeps conversations. Every method is one transaction, and rejects when the store cannot be read or written: what is
 * not kept must not be taken for kept. A conversation that nothing was said in is `undefined`.
 */
export interface ConversationStore {
  /** Takes a conversation, also one that is not there yet, so that no other turn does while `leaseMs` last. */
  take(id: string, holder: string, leaseMs: number): Promise<Hold>;
  /** Prolongs the hold; `false`: it was lost. */
  renew(id: string, holder: string, leaseMs: number): Promise<boolean>;
  release(id: string, holder: string): Promise<void>;

  get(id: string): Promise<StoredConversation | undefined>;
  /** Turns from an index on, and the pinned ones before it, oldest first. */
  turns(id: string, from: number): Promise<readonly StoredTurn[]>;
  /** The one that was added to last comes first. */
  list(options: { readonly limit: number }): Promise<readonly StoredConversation[]>;

  /** `false`: nothing was kept, since the hold was lost, or other turns stand where these would. */
  add(turns: NewTurns): Promise<boolean>;
  /** `false`: the summary is not up to `from` any more, or the conversation was deleted. */
  summarize(id: string, summary: StoredSummary, from: number): Promise<boolean>;
  pin(id: string, fact: string): Promise<void>;
  unpin(id: string, fact: string): Promise<void>;
  /** `false`: there is no such turn. */
  setPinned(id: string, turn: number, pinned: boolean): Promise<boolean>;
  /** Keeps a turn that waits for approval; `false`: the hold was lost. */
  pause(id: string, turn: PausedTurn, holder: string): Promise<boolean>;
  paused(id: string): Promise<readonly PausedTurn[]>;
  /** Forgets a turn that waited. */
  forgetPaused(id: string, runId: string): Promise<void>;
  /** Removes all of it; a turn that is under way cannot be added any more. */
  delete(id: string): Promise<void>;
}
