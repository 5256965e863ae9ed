import type { StoppedBy } from "../../../call/tool-record.ts";
import type { Objection } from "./permission.ts";

/** A valid call of a tool that a model asks for. */
export interface AskedCall {
  readonly tool: string;
  readonly toolCallId: string;
  /** Validated. */
  readonly input: unknown;
}

/** What is to become of a call. A reason is short, and fit for the model. */
export type Verdict =
  | { readonly kind: "run" }
  /** It is not run: the earlier call's output is given again. */
  | { readonly kind: "repeat"; readonly output: unknown; readonly reason: string }
  | ({ readonly kind: "deny"; readonly by: StoppedBy } & Objection)
  /** Somebody must agree; the reason is for them. */
  | ({ readonly kind: "ask"; readonly by: StoppedBy } & Objection)
  /** The same call, again and again: the run is over. */
  | { readonly kind: "end"; readonly summary: string };
