import { APICallError } from "@ai-sdk/provider";
import { retryAfterMs } from "./retry-after.ts";

/** What a provider's error says, in one shape for every protocol and library. */
export interface ProviderFault {
  readonly message: string;
  /** HTTP status; `undefined` when the error came without one. */
  readonly status: number | undefined;
  /** The provider's own words for the kind of error, e.g. `overloaded_error insufficient_quota`. */
  readonly kind: string;
  readonly retryAfterMs: number | undefined;
  /** Code of the operating system or of the HTTP client, e.g. `ECONNREFUSED`. */
  readonly networkCode: string | undefined;
  readonly body: string | undefined;
}

export function readFault(error: unknown): ProviderFault {
  if (APICallError.isInstance(error)) return fromApiCall(error);
  const said = findSaid(error) ?? findSaid(validatedIn(error));
  return {
    message: said?.message ?? messageOf(error),
    status: numberIn(error, "statusCode") ?? numberIn(error, "status") ?? numberKind(said?.kind),
    kind: said?.kind ?? "",
    retryAfterMs: undefined,
    networkCode: networkCodeOf(error),
    body: undefined,
  };
}

function fromApiCall(error: APICallError): ProviderFault {
  const said = findSaid(parsed(error.responseBody)) ?? findSaid(error.data);
  const status = error.statusCode;
  const inBand = status !== undefined && status < 300 && said !== undefined;
  return {
    message: said?.message ?? nonEmpty(error.message) ?? "no message",
    status: inBand ? numberKind(said.kind) : status,
    kind: said?.kind ?? "",
    retryAfterMs: retryAfterMs(error.responseHeaders),
    networkCode: networkCodeOf(error),
    body: error.responseBody,
  };
}

interface Said {
  readonly message: string | undefined;
  readonly kind: string;
}

/**
 * Finds what an error body says, in any of the shapes that servers give it: `{ error: { message, type, code } }`,
 * `{ type: "error", error: {…} }`, `{ error: "…" }`, `{ detail: "…" }`, `{ errors: […] }`, or the fields themselves.
 */
function findSaid(value: unknown): Said | undefined {
  if (Array.isArray(value)) return findSaid(value[0]);
  if (!isRecord(value)) return undefined;
  const named = value["error"] ?? value["detail"] ?? firstOf(value["errors"]);
  if (typeof named === "string") return { message: nonEmpty(named), kind: "" };
  const body = isRecord(named) ? named : value;
  const words = [body["type"], body["code"], body["status"]].filter(
    (word) => typeof word === "string" || typeof word === "number",
  );
  if (body instanceof Error && words.length === 0) return undefined;
  const message = typeof body["message"] === "string" ? nonEmpty(body["message"]) : undefined;
  if (body === value && message === undefined) return undefined;
  return { message, kind: [...new Set(words)].join(" ").toLowerCase() };
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

/** What failed validation, where that is why a library raised the error. */
function validatedIn(error: unknown): unknown {
  return isRecord(error) ? error["value"] : undefined;
}

/** The HTTP status that some servers put into the body instead of the header. */
function numberKind(kind: string | undefined): number | undefined {
  const match = /\b([45]\d\d)\b/.exec(kind ?? "");
  return match === null ? undefined : Number(match[1]);
}

function networkCodeOf(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && isRecord(current); depth++) {
    const code = current["code"];
    if (typeof code === "string" && /^(?:E[A-Z]{3,}|UND_ERR_|ERR_|CERT_|Connection)/.test(code))
      return code;
    current = current["cause"];
  }
  return undefined;
}

/** A longer error body is some page, and not worth the time. */
const longestParsed = 100_000;

function parsed(text: string | undefined): unknown {
  if (text === undefined || text.length > longestParsed) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return nonEmpty(error.message) ?? error.name;
  return typeof error === "string" ? error : "no message";
}

function numberIn(value: unknown, key: string): number | undefined {
  const found = isRecord(value) ? value[key] : undefined;
  return typeof found === "number" ? found : undefined;
}

function nonEmpty(text: string): string | undefined {
  return text.trim() === "" ? undefined : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
