/** Status codes the `status` fault can answer with. */
export type FaultStatus =
  | 400
  | 401
  | 403
  | 404
  | 408
  | 409
  | 413
  | 422
  | 425
  | 429
  | 500
  | 502
  | 503
  | 504
  | 529;

/** Error types an error inside a stream can carry. */
export type InBandErrorType =
  | "overloaded_error"
  | "api_error"
  | "rate_limit_error"
  | "invalid_request_error";

/** An HTTP error answer. */
export interface StatusFault {
  readonly type: "status";
  /** Default: 500. */
  readonly status?: FaultStatus;
  /** `Retry-After`: seconds, or the raw header value (an HTTP date, garbage, anything). */
  readonly retryAfter?: number | string;
  /** `retry-after-ms`, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly message?: string;
  readonly errorType?: string;
  /** Sent instead of the protocol's error body: a string as it is, anything else as JSON. */
  readonly body?: unknown;
}

interface AfterTokens {
  /** Tokens of the answer that are sent before it happens. */
  readonly afterTokens?: number;
}

/** One fault with its settings. */
export type FaultSpec =
  | { readonly type: "none" }
  | StatusFault
  | { readonly type: "quota-exhausted" }
  | { readonly type: "context-too-long" }
  | { readonly type: "header-silence" }
  | { readonly type: "body-silence" }
  | { readonly type: "pings-only"; readonly everyMs?: number }
  | ({ readonly type: "stall" } & AfterTokens)
  | ({ readonly type: "drop" } & AfterTokens)
  | ({ readonly type: "clean-end-early" } & AfterTokens)
  | ({ readonly type: "in-band-error"; readonly errorType?: InBandErrorType } & AfterTokens)
  | { readonly type: "malformed-json" }
  | { readonly type: "truncated-json" }
  | { readonly type: "empty-body" }
  | { readonly type: "error-200"; readonly errorType?: InBandErrorType }
  | { readonly type: "empty-answer" }
  | { readonly type: "split-utf8" }
  | { readonly type: "refusal" }
  | { readonly type: "length" }
  | { readonly type: "json-fences" }
  | { readonly type: "json-prose" }
  | { readonly type: "json-invalid" }
  | { readonly type: "json-broken" }
  | { readonly type: "json-cut" }
  | { readonly type: "slow"; readonly firstTokenMs?: number; readonly tokensPerSecond?: number };

/** The kinds of fault. */
export type FaultType = FaultSpec["type"];

/** A fault by name: a kind with its defaults, or a status by its code. */
export type FaultName = FaultType | `status-${FaultStatus}`;

/** A fault as a plan names it. */
export type Fault = FaultName | FaultSpec;

/** Every value that a fault leaves out. */
export const faultDefaults = {
  status: 500,
  stallAfterTokens: 3,
  dropAfterTokens: 0,
  endAfterTokens: 3,
  errorAfterTokens: 0,
  errorType: "overloaded_error",
  pingEveryMs: 50,
  slowFirstTokenMs: 300,
  slowTokensPerSecond: 20,
} as const;

/** What each fault does, in one line. */
export const faultCatalogue: Readonly<Record<FaultType, string>> = {
  none: "Answers as the script says.",
  status: "An HTTP error status in the protocol's error shape, with any form of Retry-After.",
  "quota-exhausted": "The account is out of credit: OpenAI 429 insufficient_quota, Anthropic 400.",
  "context-too-long": "400: the prompt does not fit into the model's context.",
  "header-silence": "Accepts the request and never answers.",
  "body-silence": "Sends 200 and headers, then nothing.",
  "pings-only": "Sends headers, then pings for ever (JSON: whitespace) and no content.",
  stall: "Sends the first tokens, then nothing, with the connection open.",
  drop: "Destroys the connection: before the headers, or after some tokens.",
  "clean-end-early": "Ends the body as if complete, without the end of the answer.",
  "in-band-error": "200, then an error inside the stream, first or after some tokens.",
  "malformed-json": "200 with a body (or stream data) that is not JSON.",
  "truncated-json": "200 with JSON that begins well and is cut, the transfer itself complete.",
  "empty-body": "200 with no body at all.",
  "error-200": "200 with a JSON error body, even when a stream was asked for.",
  "empty-answer": "A valid answer without any content.",
  "split-utf8": "Multi-byte text whose writes end inside characters and lines; it arrives intact.",
  refusal: "The model declines to answer.",
  length: "The text is cut half-way and finishes with the token limit.",
  "json-fences": "A JSON answer inside Markdown fences.",
  "json-prose": "A JSON answer with prose before and after it.",
  "json-invalid": "A JSON answer that breaks its schema: wrong types, a missing field.",
  "json-broken": "A JSON answer with comments, single quotes and trailing commas.",
  "json-cut": "A JSON answer cut in the middle that claims to be complete.",
  slow: "A complete answer at a slow pace.",
};

/** The settings of each fault that has any, with what they are when left out. */
const faultSettings: Readonly<Partial<Record<FaultType, string>>> = {
  status:
    "`status` (500), `retryAfter` (seconds or raw text), `retryAfterMs`, `message`, `errorType`, `body`",
  "pings-only": `\`everyMs\` (${faultDefaults.pingEveryMs})`,
  stall: `\`afterTokens\` (${faultDefaults.stallAfterTokens})`,
  drop: `\`afterTokens\` (${faultDefaults.dropAfterTokens}: before the headers)`,
  "clean-end-early": `\`afterTokens\` (${faultDefaults.endAfterTokens})`,
  "in-band-error": `\`errorType\` (\`${faultDefaults.errorType}\`), \`afterTokens\` (${faultDefaults.errorAfterTokens}: first)`,
  "error-200": `\`errorType\` (\`${faultDefaults.errorType}\`)`,
  slow: `\`firstTokenMs\` (${faultDefaults.slowFirstTokenMs}), \`tokensPerSecond\` (${faultDefaults.slowTokensPerSecond})`,
};

/** Every kind of fault, in the order of the catalogue. */
export const faultNames: readonly FaultType[] = Object.keys(faultCatalogue) as FaultType[];

const statusCodes: Readonly<Record<FaultStatus, true>> = {
  400: true,
  401: true,
  403: true,
  404: true,
  408: true,
  409: true,
  413: true,
  422: true,
  425: true,
  429: true,
  500: true,
  502: true,
  503: true,
  504: true,
  529: true,
};

/** Every status code the `status` fault knows. */
export const faultStatusCodes: readonly FaultStatus[] = Object.keys(statusCodes).map(
  Number,
) as FaultStatus[];

/**
 * False when the fault takes the place of the whole answer. The script is not asked then, so a rule's
 * `times` counts answers, not attempts that failed.
 */
export function reachesModel(fault: FaultSpec): boolean {
  switch (fault.type) {
    case "status":
    case "quota-exhausted":
    case "context-too-long":
    case "header-silence":
    case "body-silence":
    case "pings-only":
    case "malformed-json":
    case "empty-body":
    case "error-200":
      return false;
    case "drop":
    case "in-band-error":
      return (fault.afterTokens ?? 0) > 0;
    default:
      return true;
  }
}

/** The name a fault is recorded and counted under: a status with its code. */
export function faultLabel(fault: FaultSpec): FaultName {
  return fault.type === "status" ? `status-${fault.status ?? faultDefaults.status}` : fault.type;
}

/** The catalogue as a Markdown table, for the docs. */
export function faultTable(): string {
  const rows = faultNames.map(
    (name) => `| \`${name}\` | ${faultCatalogue[name]} | ${faultSettings[name] ?? ""} |`,
  );
  return ["| fault | what happens | settings (default) |", "|---|---|---|", ...rows].join("\n");
}
