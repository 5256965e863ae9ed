import type { LanguageModelV4Content } from "@ai-sdk/provider";
import type { Attempt } from "./attempt.ts";
import type { Pattern, Tags } from "./labels.ts";
import type { ModelRequest } from "./request.ts";
import type { ToolRecord } from "./tool-record.ts";
import type { Reroute, Resume, Source } from "./trace.ts";
import type { Usage } from "./usage.ts";

/** The structured record of one finished call: what is stored, queried and shown. */
export interface CallEvent {
  readonly id: string;
  /** What this call was made for: the extract that asked again, the run of an agent, one of its tools. */
  readonly parentId: string | null;
  /** The outermost call of the family; its own id for a call without a parent. */
  readonly traceId: string;
  /** When the call began, in milliseconds since the epoch. */
  readonly time: number;
  readonly task: string;
  readonly pattern: Pattern;
  readonly mode: "generate" | "stream";
  readonly tags: Tags;
  /** The arm of a canary: `control` or `canary`; `null` where the task had none. */
  readonly arm: string | null;
  /** The target that the config names first. */
  readonly target: string;
  /** The target that answered; `null` when none did. */
  readonly answeredBy: string | null;
  /** The model and version that the provider says has answered. */
  readonly model: string | null;
  /** What is kept of the prompt and the response. `none`: both are left out; the prompt has no messages then. */
  readonly content: "full" | "redacted" | "none";
  readonly prompt: Omit<ModelRequest, "headers">;
  readonly response: readonly LanguageModelV4Content[] | null;
  readonly usage: Usage;
  /** US dollars of every attempt whose cost is known; `null` when none is. */
  readonly costUsd: number | null;
  /** Attempts that may have been billed an unknown amount; `costUsd` does not hold them. */
  readonly unpricedAttempts: number;
  /** What a cached or coalesced answer cost when it was made; `null` if unknown or made for this call. */
  readonly savedUsd: number | null;
  readonly latencyMs: number;
  readonly firstTokenMs: number | null;
  /** Of the latency: waiting for a turn, in a budget's or a target's queue. */
  readonly queuedMs: number;
  /** Where the answer came from; `tool`: it is what a tool did. */
  readonly source: Source | "tool";
  readonly attempts: readonly Attempt[];
  readonly reroutes: readonly Reroute[];
  /** Where a broken stream was gone on with. */
  readonly resumes: readonly Resume[];
  readonly finishReason: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** SHA-256 of everything that can change the answer; computed when it is read, off the call's path. */
  readonly fingerprint: string;
  /**
   * SHA-256 of the static part of the prompt: system and templates with their variables left open, tools, schema, target
   * and settings. `null` where no prompt was asked (a rule, a tool) and in events of older releases.
   */
  readonly promptFingerprint: string | null;
  /** How many calls were made for this one; their tokens and costs are summed up in it. */
  readonly children: number;
  /** The call that had just failed with the same request: an outer loop tries again, too. */
  readonly repeatOf: string | null;
  /** What became of an agent's call of a tool; `null` for a call of a model. Input and output are prompt and response. */
  readonly tool: ToolRecord | null;
  readonly notes: readonly string[];
}

/** Takes events off the call's path. `write` must return at once and never throw. */
export interface EventSink {
  write(event: CallEvent): void;
}
