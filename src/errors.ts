import { type BudgetUse, budgetSentence } from "./call/budget.ts";
import type { LimitName } from "./call/limits.ts";
import { type ErrorContext, SeamError } from "./call/seam-error.ts";

interface ExpiredLimit {
  readonly limit: LimitName;
  readonly limitMs: number;
  /** Whether the call was still waiting for its turn. */
  readonly isUnsent?: boolean;
}

/** A time limit ran out: the call's deadline, or one of the limits of an attempt. */
export class DeadlineExceeded extends SeamError<ExpiredLimit> {
  override readonly name = "DeadlineExceeded";
  readonly code = "DeadlineExceeded";
  /** Which limit it was. */
  readonly limit: LimitName;
  readonly limitMs: number;

  constructor(detail: ExpiredLimit, context: ErrorContext = {}) {
    const { limit, limitMs, isUnsent = false } = detail;
    const setting = settingOf[limit] ?? `attempt.${limit}`;
    super(
      detail,
      {
        summary: `${limitText[limit](limitMs)}${isUnsent ? ", and had not sent a request yet" : ""}`,
        advice: `Raise \`${setting}\` in the config if the work needs longer, or add a faster fallback.`,
        retryable: settingOf[limit] === undefined,
      },
      context,
    );
    this.limit = limit;
    this.limitMs = limitMs;
  }
}

/** Limits that no further attempt can get round. */
const settingOf: Partial<Record<LimitName, string>> = {
  deadline: "deadline",
  run: "agent.deadline",
};

const limitText: Record<LimitName, (ms: number) => string> = {
  run: (ms) => `The run was not done within its deadline of ${ms} ms`,
  deadline: (ms) => `The call was not done within its deadline of ${ms} ms`,
  total: (ms) => `The provider was not done within the attempt's limit of ${ms} ms`,
  headers: (ms) => `The provider sent no response headers within ${ms} ms`,
  firstToken: (ms) => `The provider sent no content within ${ms} ms`,
  silence: (ms) => `The provider fell silent for ${ms} ms in the middle of its answer`,
};

/** The provider's rate limit (HTTP 429) outlasted every retry, or Seam's own pacing did not send the request. */
export class RateLimited extends SeamError<string> {
  override readonly name = "RateLimited";
  readonly code = "RateLimited";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      {
        summary,
        advice: `${comeBack(context)} Lower the concurrency, or add a fallback.`,
        retryable: true,
      },
      context,
    );
  }
}

/** The account has no quota or credit left: waiting a moment does not help. */
export class QuotaExhausted extends SeamError<string> {
  override readonly name = "QuotaExhausted";
  readonly code = "QuotaExhausted";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      { summary, advice: "Check the plan and billing of the provider account.", reroutable: true },
      context,
    );
  }
}

/** The provider says it is overloaded (HTTP 503 or 529, or an `overloaded_error` in the stream). */
export class Overloaded extends SeamError<string> {
  override readonly name = "Overloaded";
  readonly code = "Overloaded";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      {
        summary,
        advice: `${comeBack(context)} A fallback on another provider rides this out.`,
        retryable: true,
      },
      context,
    );
  }
}

/** The provider could not be reached, failed, or answered with something that is not an answer. */
export class ProviderUnavailable extends SeamError<string> {
  override readonly name = "ProviderUnavailable";
  readonly code = "ProviderUnavailable";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      {
        summary,
        advice: `${comeBack(context)} Check the provider's status, or add a fallback.`,
        retryable: true,
      },
      context,
    );
  }
}

/** The key is missing, wrong, or not allowed to use the model (HTTP 401 or 403). */
export class AuthenticationFailed extends SeamError<string> {
  override readonly name = "AuthenticationFailed";
  readonly code = "AuthenticationFailed";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      {
        summary,
        advice: "Check the provider's API key and its rights; `seam doctor` tests it.",
        reroutable: true,
      },
      context,
    );
  }
}

/** The request itself is at fault; sending it again changes nothing. */
export class InvalidRequest extends SeamError<string> {
  override readonly name = "InvalidRequest";
  readonly code = "InvalidRequest";

  constructor(summary: string, context: ErrorContext = {}) {
    super(summary, { summary, advice: "Mend the request; trying again does not help." }, context);
  }
}

/** The prompt does not fit the model's context window. */
export class ContextTooLong extends SeamError<string> {
  override readonly name = "ContextTooLong";
  readonly code = "ContextTooLong";

  constructor(summary: string, context: ErrorContext = {}) {
    super(
      summary,
      {
        summary,
        advice: "Shorten the prompt, or use a model with a larger context window.",
        reroutable: true,
      },
      context,
    );
  }
}

/** The model, or the provider's filter, declined to answer. Never parsed, never cached. */
export class Refused extends SeamError<string> {
  override readonly name = "Refused";
  readonly code = "Refused";
  /** What the model said while declining. */
  readonly text: string;

  constructor(text: string, context: ErrorContext = {}) {
    super(
      text,
      {
        summary: "The model refused to answer",
        advice: "Reword the prompt, or handle the refusal.",
      },
      context,
    );
    this.text = text;
  }
}

/** The answer hit the output limit before it was whole, and structured output cannot be cut. */
export class Truncated extends SeamError<string> {
  override readonly name = "Truncated";
  readonly code = "Truncated";
  /** The answer as far as it came. */
  readonly text: string;

  constructor(text: string, context: ErrorContext = {}) {
    super(
      text,
      {
        summary: "The answer was cut off at the output limit",
        advice: "Raise `settings.maxOutputTokens` or `extract.maxOutputTokens`, or ask for less.",
      },
      context,
    );
    this.text = text;
  }
}

/** What is wrong with a value, and where in it. */
export interface OutputIssue {
  /** A dotted path, empty for the value as a whole. */
  readonly path: string;
  readonly message: string;
}

/** One answer that failed validation. */
export interface RejectedOutput {
  readonly target: string;
  /** The model's answer, word for word. */
  readonly text: string;
  readonly issues: readonly OutputIssue[];
}

/** `path: message`, or the message alone for the value as a whole. */
export function issueText(issue: OutputIssue): string {
  return issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`;
}

/** No answer passed validation, the corrective re-ask and the fallbacks included. */
export class InvalidOutput extends SeamError<readonly RejectedOutput[]> {
  override readonly name = "InvalidOutput";
  readonly code = "InvalidOutput";
  /** Every answer that was tried, in order, with what was wrong with it. */
  readonly outputs: readonly RejectedOutput[];

  constructor(outputs: readonly RejectedOutput[], context: ErrorContext = {}) {
    const issues = (outputs.at(-1)?.issues ?? []).slice(0, 3).map(issueText).join("; ");
    super(
      outputs,
      {
        summary: `No answer could be used (${outputs.length} tried; the last: ${issues})`,
        advice:
          "`outputs` holds each answer and its issues. Simplify the schema or use a stronger model.",
      },
      context,
    );
    this.outputs = outputs;
  }
}

/** A stream broke after text had reached the caller; `cause` says why. */
export class StreamInterrupted extends SeamError<{ text: string; reason: string }> {
  override readonly name = "StreamInterrupted";
  readonly code = "StreamInterrupted";
  /** The text that had arrived. */
  readonly text: string;

  constructor(detail: { text: string; reason: string }, context: ErrorContext = {}) {
    super(
      detail,
      {
        summary: `The stream broke off after ${detail.text.length} characters: ${detail.reason}`,
        advice: "Use `text` for what had arrived, or ask again.",
      },
      context,
    );
    this.text = detail.text;
  }
}

/** The task's budget (cost, tokens, requests, calls in flight) has no room for the call, or for another attempt of it. */
export class BudgetExceeded extends SeamError<BudgetUse> {
  override readonly name = "BudgetExceeded";
  readonly code = "BudgetExceeded";
  /** The limit that has no room: how far it is used, and when it resets. */
  readonly use: BudgetUse;

  constructor(use: BudgetUse, context: ErrorContext = {}) {
    super(
      use,
      {
        summary: budgetSentence(use),
        advice: `Come back when there is room, raise \`budget.${use.limit}\` in the config, or let calls wait for it with \`budget.wait\`.`,
      },
      context,
    );
    this.use = use;
  }
}

/** The config, or the use of it, is wrong; nothing was sent. `issues` lists each with its path. */
export class ConfigError extends SeamError<ConfigFault> {
  override readonly name = "ConfigError";
  readonly code = "ConfigError";
  readonly issues: readonly OutputIssue[];

  constructor(fault: ConfigFault, context: ErrorContext = {}) {
    super(fault, fault, context);
    this.issues = fault.issues ?? [];
  }
}

/** What is wrong with a config, and what to do about it. */
export interface ConfigFault {
  readonly summary: string;
  readonly advice: string;
  readonly issues?: readonly OutputIssue[];
}

/** One error for all faults, each with its path. */
export function configError(summary: string, issues: readonly OutputIssue[]): ConfigError {
  const lines = issues.map(
    ({ path, message }) => `\n- ${path === "" ? "config" : path}: ${message}`,
  );
  return new ConfigError({
    summary: `${summary}:${lines.join("")}`,
    advice: "Mend the settings named here.",
    issues,
  });
}

function comeBack({ retryAfterMs }: ErrorContext): string {
  if (retryAfterMs === undefined) return "Try again later.";
  return `Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`;
}
