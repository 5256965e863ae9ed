import type { ErrorCode } from "llm-seam";
import type { Fault, FaultStatus } from "llm-seam/simulator";

export type Provider = "anthropic" | "openai" | "local";

/** What a call makes of one fault that hits its first request. */
export type Expectation =
  /** The first attempt is good. */
  | { readonly is: "answered"; readonly finish?: "stop" | "length"; readonly text?: RegExp }
  /** The first attempt fails with this code, the second is good; the caller sees nothing. */
  | { readonly is: "recovered"; readonly code: ErrorCode; readonly status?: number }
  /** The call fails after one request. `status`: of the HTTP answer, absent when it claimed success. */
  | {
      readonly is: "failed";
      readonly code: ErrorCode;
      readonly status?: number;
      readonly reroutable: boolean;
    }
  /** Text has reached the caller before the stream failed: so many tokens, or what matches. */
  | { readonly is: "interrupted"; readonly tokens: number; readonly code: ErrorCode }
  /** The answer is judged only when it is whole: a stream has shown it by then. */
  | { readonly is: "judged"; readonly code: ErrorCode }
  /** The answer did not fit the schema: the model is asked again with the issues, and answers well. */
  | { readonly is: "asked-again"; readonly code: ErrorCode };

export interface FaultCase {
  readonly name: string;
  readonly fault: Fault;
  /** The fault keeps the client waiting: an attempt ends at its limit. */
  readonly silent?: true;
  readonly complete: ForProvider;
  /** Default: as complete. */
  readonly stream?: ForProvider;
  /** Default: as complete. */
  readonly extract?: ForProvider;
}

/** The same for every provider, or what differs between them. */
type ForProvider = Expectation | ((provider: Provider) => Expectation);

const answered: Expectation = { is: "answered" };

function recovered(code: ErrorCode, status?: number): Expectation {
  return status === undefined ? { is: "recovered", code } : { is: "recovered", code, status };
}

function failed(code: ErrorCode, status?: number, reroutable = false): Expectation {
  return {
    is: "failed",
    code,
    reroutable,
    ...(status === undefined ? {} : { status }),
  };
}

function interrupted(tokens: number, code: ErrorCode = "ProviderUnavailable"): Expectation {
  return { is: "interrupted", tokens, code };
}

const unavailable = recovered("ProviderUnavailable");
const overloaded = recovered("Overloaded");
const timedOut = recovered("DeadlineExceeded");

const statuses: Readonly<Record<FaultStatus, Expectation>> = {
  400: failed("InvalidRequest", 400),
  401: failed("AuthenticationFailed", 401, true),
  403: failed("AuthenticationFailed", 403, true),
  404: failed("InvalidRequest", 404, true),
  408: recovered("ProviderUnavailable", 408),
  409: recovered("ProviderUnavailable", 409),
  413: failed("ContextTooLong", 413, true),
  422: failed("InvalidRequest", 422),
  425: recovered("ProviderUnavailable", 425),
  429: recovered("RateLimited", 429),
  500: recovered("ProviderUnavailable", 500),
  502: recovered("ProviderUnavailable", 502),
  503: recovered("Overloaded", 503),
  504: recovered("ProviderUnavailable", 504),
  529: recovered("Overloaded", 529),
};

function statusCases(): FaultCase[] {
  return Object.entries(statuses).map(([status, expectation]) => ({
    name: `status-${status}`,
    fault: { type: "status", status: Number(status) as FaultStatus },
    complete: expectation,
  }));
}

const refused: Expectation = { is: "judged", code: "Refused" };

/** Every fault of the simulator, with what each pattern makes of it. */
export const faultCases: readonly FaultCase[] = [
  { name: "none", fault: "none", complete: answered },
  ...statusCases(),
  {
    name: "status with a proxy's HTML page",
    fault: { type: "status", status: 502, body: "<html><h1>Bad gateway</h1></html>" },
    complete: recovered("ProviderUnavailable", 502),
  },
  {
    name: "quota-exhausted",
    fault: "quota-exhausted",
    complete: (provider) => failed("QuotaExhausted", provider === "anthropic" ? 400 : 429, true),
  },
  {
    name: "context-too-long",
    fault: "context-too-long",
    complete: failed("ContextTooLong", 400, true),
  },
  { name: "header-silence", fault: "header-silence", silent: true, complete: timedOut },
  { name: "body-silence", fault: "body-silence", silent: true, complete: timedOut },
  {
    name: "pings-only",
    fault: { type: "pings-only", everyMs: 10 },
    silent: true,
    complete: timedOut,
  },
  {
    name: "stall after 3 tokens",
    fault: { type: "stall", afterTokens: 3 },
    silent: true,
    complete: timedOut,
    stream: interrupted(3, "DeadlineExceeded"),
  },
  {
    name: "stall before the first token",
    fault: { type: "stall", afterTokens: 0 },
    silent: true,
    complete: timedOut,
  },
  { name: "drop", fault: "drop", complete: unavailable },
  {
    name: "drop after 2 tokens",
    fault: { type: "drop", afterTokens: 2 },
    complete: unavailable,
    stream: interrupted(2),
  },
  {
    name: "clean-end-early after 5 tokens",
    fault: { type: "clean-end-early", afterTokens: 5 },
    complete: unavailable,
    stream: interrupted(5),
  },
  {
    name: "clean-end-early before the first token",
    fault: { type: "clean-end-early", afterTokens: 0 },
    complete: unavailable,
  },
  {
    name: "in-band-error first: overloaded",
    fault: { type: "in-band-error", errorType: "overloaded_error" },
    complete: overloaded,
  },
  {
    name: "in-band-error first: api error",
    fault: { type: "in-band-error", errorType: "api_error" },
    complete: unavailable,
  },
  {
    name: "in-band-error first: rate limit",
    fault: { type: "in-band-error", errorType: "rate_limit_error" },
    complete: recovered("RateLimited"),
  },
  {
    name: "in-band-error first: invalid request",
    fault: { type: "in-band-error", errorType: "invalid_request_error" },
    complete: failed("InvalidRequest"),
  },
  {
    name: "in-band-error after 4 tokens",
    fault: { type: "in-band-error", afterTokens: 4 },
    complete: overloaded,
    stream: interrupted(4, "Overloaded"),
  },
  { name: "malformed-json", fault: "malformed-json", complete: unavailable },
  {
    name: "truncated-json",
    fault: "truncated-json",
    complete: unavailable,
    stream: (provider) => interrupted(provider === "anthropic" ? 4 : 5),
  },
  { name: "empty-body", fault: "empty-body", complete: unavailable },
  {
    name: "error-200: overloaded",
    fault: { type: "error-200", errorType: "overloaded_error" },
    complete: overloaded,
  },
  {
    name: "error-200: api error",
    fault: { type: "error-200", errorType: "api_error" },
    complete: unavailable,
  },
  {
    name: "error-200: rate limit",
    fault: { type: "error-200", errorType: "rate_limit_error" },
    complete: recovered("RateLimited"),
  },
  {
    name: "error-200: invalid request",
    fault: { type: "error-200", errorType: "invalid_request_error" },
    complete: failed("InvalidRequest"),
  },
  { name: "empty-answer", fault: "empty-answer", complete: unavailable },
  {
    name: "split-utf8",
    fault: "split-utf8",
    complete: { is: "answered", text: /naïve café, 日本語, Ελληνικά, 🎉👩‍👩‍👧$/ },
    extract: answered,
  },
  { name: "refusal", fault: "refusal", complete: refused },
  {
    name: "length",
    fault: "length",
    complete: { is: "answered", finish: "length", text: /^Your order 4711/ },
    extract: failed("Truncated"),
  },
  { name: "json-fences", fault: "json-fences", complete: answered },
  { name: "json-prose", fault: "json-prose", complete: answered },
  {
    name: "json-invalid",
    fault: "json-invalid",
    complete: answered,
    extract: { is: "asked-again", code: "InvalidOutput" },
  },
  { name: "json-broken", fault: "json-broken", complete: answered },
  {
    name: "json-cut",
    fault: "json-cut",
    complete: answered,
    extract: { is: "asked-again", code: "InvalidOutput" },
  },
  {
    name: "slow",
    fault: { type: "slow", firstTokenMs: 30, tokensPerSecond: 400 },
    complete: answered,
  },
];

/** What the table expects of a pattern under a fault. */
export function expected(
  fault: FaultCase,
  pattern: "complete" | "stream" | "extract",
  provider: Provider,
): Expectation {
  const expectation = fault[pattern] ?? fault.complete;
  return typeof expectation === "function" ? expectation(provider) : expectation;
}
