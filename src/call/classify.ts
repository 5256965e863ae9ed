import {
  InvalidArgumentError,
  InvalidPromptError,
  LoadAPIKeyError,
  LoadSettingError,
  NoSuchModelError,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import {
  AuthenticationFailed,
  ContextTooLong,
  InvalidRequest,
  Overloaded,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
} from "../errors.ts";
import { type ProviderFault, readFault } from "./provider-fault.ts";
import { type ErrorContext, SeamError } from "./seam-error.ts";
import { scrubSecrets } from "./secrets.ts";

const longestMessage = 500;
const longestBody = 2_000;

/** What is known about a failure besides what was thrown. */
export interface FailureFacts {
  readonly place: ErrorContext;
  /** What must not appear in the error. */
  readonly secrets: readonly string[];
  /** The HTTP status that was seen on the wire, where it was; libraries make one up for errors inside a stream. */
  readonly wireStatus?: number | undefined;
}

/** Turns whatever a provider threw into the error of Seam that says what it means and whether trying again helps. */
export function classify(error: unknown, { place, secrets, wireStatus }: FailureFacts): SeamError {
  if (SeamError.is(error))
    return error.with({ ...place, retryable: false, reroutable: error.reroutable });
  const fault = readFault(error);
  const isInBand = wireStatus !== undefined && wireStatus < 300;
  const context: ErrorContext = {
    ...place,
    status: isInBand ? wireStatus : fault.status,
    retryAfterMs: fault.retryAfterMs,
    cause: causeOf(error, fault, secrets),
  };
  const message = scrubSecrets(fault.message, secrets, longestMessage);
  if (LoadAPIKeyError.isInstance(error)) return new AuthenticationFailed(message, context);
  if (isCallersFault(error)) return new InvalidRequest(message, context);
  const said = `${place.target ?? "The provider"} ${answered(fault, isInBand)}: ${message}`;
  return decide(fault, said, context);
}

function decide(fault: ProviderFault, said: string, context: ErrorContext): SeamError {
  const { status, kind } = fault;
  if (status !== undefined && status >= 300 && status < 400) {
    const moved = `${said}; redirects are not followed, so name the new address in \`baseURL\``;
    return new InvalidRequest(moved, { ...context, reroutable: true });
  }
  if (isQuota(fault)) return new QuotaExhausted(said, context);
  if (isTooLong(fault)) return new ContextTooLong(said, context);
  if (status === 401 || status === 403 || /authentication|permission|invalid_api_key/.test(kind)) {
    return new AuthenticationFailed(said, context);
  }
  if (status === 429 || /rate_?limit|too_many_requests/.test(kind)) {
    return new RateLimited(said, context);
  }
  if (status === 503 || status === 529 || kind.includes("overloaded")) {
    return new Overloaded(said, context);
  }
  if (status === 404 || kind.includes("not_found")) {
    return new InvalidRequest(said, { ...context, reroutable: true });
  }
  if (status === undefined || status < 400) {
    if (/invalid_request|bad_request/.test(kind)) return new InvalidRequest(said, context);
    return new ProviderUnavailable(said, context);
  }
  if (status >= 500 || status === 408 || status === 409 || status === 425) {
    return new ProviderUnavailable(said, {
      ...context,
      retryable: status !== 501,
      reroutable: true,
    });
  }
  return new InvalidRequest(said, context);
}

function isQuota({ status, kind, message }: ProviderFault): boolean {
  if (status === 402 || /insufficient_quota|billing|credit/.test(kind)) return true;
  return (
    (status === 400 || status === 403 || status === 429) &&
    /credit balance is too low|exceeded your current quota|insufficient (?:credit|balance|funds)/i.test(
      message,
    )
  );
}

function isTooLong({ status, kind, message }: ProviderFault): boolean {
  if (/context_(length|window|size)|request_too_large/.test(kind) || status === 413) return true;
  return (
    status === 400 &&
    /prompt is too long|maximum context length|context (window|limit|size)|(input|prompt) is too long|too many tokens|input token count/i.test(
      message,
    )
  );
}

function isCallersFault(error: unknown): boolean {
  return (
    UnsupportedFunctionalityError.isInstance(error) ||
    InvalidPromptError.isInstance(error) ||
    InvalidArgumentError.isInstance(error) ||
    NoSuchModelError.isInstance(error) ||
    LoadSettingError.isInstance(error)
  );
}

function answered({ status, kind, networkCode }: ProviderFault, isInBand: boolean): string {
  const word = kind === "" || kind === String(status) ? "" : ` (${kind})`;
  if (!isInBand && status !== undefined && status >= 300) return `answered HTTP ${status}${word}`;
  if (networkCode !== undefined && status === undefined && !isInBand) {
    return `could not be reached (${networkCode})`;
  }
  if (networkCode !== undefined) return `broke off its answer (${networkCode})`;
  return kind === "" ? "gave no usable answer" : `reported an error${word}`;
}

/** A copy of the provider's error that is safe to log: no request, no headers, no secret. */
function causeOf(error: unknown, fault: ProviderFault, secrets: readonly string[]): Error {
  const cause = new Error(scrubSecrets(fault.message, secrets, longestMessage));
  cause.name = error instanceof Error ? error.name : "ProviderError";
  return Object.assign(cause, {
    ...(fault.status !== undefined && { statusCode: fault.status }),
    ...(fault.networkCode !== undefined && { code: fault.networkCode }),
    ...(fault.body !== undefined && {
      responseBody: scrubSecrets(fault.body, secrets, longestBody),
    }),
  });
}
