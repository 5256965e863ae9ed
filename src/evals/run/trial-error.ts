import type { ErrorCode } from "../../call/error-code.ts";
import { SeamError } from "../../call/seam-error.ts";
import { scrubSecrets } from "../../call/secrets.ts";
import { plain } from "./plain.ts";
import type { TrialError } from "./records.ts";

/** Errors that say nothing about the feature: providers, keys, budgets or the config were in its way. */
const untried: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "RateLimited",
  "Overloaded",
  "ProviderUnavailable",
  "AuthenticationFailed",
  "QuotaExhausted",
  "BudgetExceeded",
  "ConfigError",
]);

/** Longer chains of causes are circles. */
const longestChain = 10;

/** What `run` threw, as it is recorded. A feature may have wrapped the seam's error into one of its own. */
export function trialErrorOf(error: unknown): TrialError {
  for (let cause = error, at = 0; cause !== undefined && at < longestChain; at++) {
    if (SeamError.is(cause) && untried.has(cause.code)) {
      return { kind: "untried", code: cause.code, message: messageOf(error) };
    }
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const code = SeamError.is(error) ? error.code : error instanceof Error ? error.name : "Error";
  return { kind: "feature", code, message: messageOf(error) };
}

/** What is said of any thrown value, without the secrets in it. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return scrubSecrets(error.message);
  return scrubSecrets(typeof error === "string" ? error : `${JSON.stringify(plain(error))}`);
}
