import { type ErrorContext, SeamError } from "../call/seam-error.ts";

interface ReachedLimit {
  readonly limit: "steps" | "cost" | "repeats" | "malformed";
  /** What had been reached, as a sentence. */
  readonly summary: string;
}

/**
 * An agent's run was ended by one of its limits: steps, cost, the same call again and again, or malformed arguments
 * again after they had been pointed out. `steps` holds what was done until then.
 */
export class StepLimit extends SeamError<ReachedLimit> {
  override readonly name = "StepLimit";
  readonly code = "StepLimit";
  /** Which limit it was. */
  readonly limit: ReachedLimit["limit"];

  constructor(detail: ReachedLimit, context: ErrorContext = {}) {
    const { limit, summary } = detail;
    super(detail, { summary, advice: stepLimitAdvice[limit] }, context);
    this.limit = limit;
  }
}

const stepLimitAdvice: Record<ReachedLimit["limit"], string> = {
  steps: "See `seam agent trace`, then raise `agent.steps`, or give the agent a smaller task.",
  cost: "See `seam agent trace`, then raise `agent.cost`, or use a cheaper model.",
  repeats: "See `seam agent trace`: the tool's result does not tell the model what it needs.",
  malformed:
    "See `seam agent trace`, then simplify the tool's schema, describe it better, or use a stronger model.",
};

/** A conversation or a paused run is being worked on by another turn or process. */
export class Busy extends SeamError<string> {
  override readonly name = "Busy";
  readonly code = "Busy";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      { summary, advice: "Try again when it has ended; a hold that was lost ends by itself." },
      context,
    );
  }
}

interface Unkept {
  /** What could not be done, as a sentence. */
  readonly summary: string;
  readonly text?: string | undefined;
}

/** What must be kept (a conversation, a run that waits for approval) could not be read from the store or written to it. */
export class StoreUnavailable extends SeamError<Unkept> {
  override readonly name = "StoreUnavailable";
  readonly code = "StoreUnavailable";
  /** The answer that was there and could not be kept; `undefined` where there was none. */
  readonly text: string | undefined;

  constructor(detail: Unkept | string, context: ErrorContext = {}) {
    const unkept = typeof detail === "string" ? { summary: detail } : detail;
    super(
      unkept,
      {
        summary: unkept.summary,
        advice: "Check that the `store` of the config can be written; `seam doctor` does.",
      },
      context,
    );
    this.text = unkept.text;
  }
}
