/** The cache's part of a call. */
export interface CacheRule {
  readonly ttlMs: number;
  readonly namespace: string;
  /** Which stores may keep answers: those of this process, or lasting ones too. */
  readonly reach: "process" | "lasting";
  /** `refresh`: do not read, but store the new answer. */
  readonly mode: "use" | "refresh";
}
