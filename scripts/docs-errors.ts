import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  AuthenticationFailed,
  BudgetExceeded,
  Busy,
  ConfigError,
  ContextTooLong,
  DeadlineExceeded,
  type ErrorCode,
  InvalidOutput,
  InvalidRequest,
  Overloaded,
  ProviderUnavailable,
  QuotaExhausted,
  RateLimited,
  Refused,
  type SeamError,
  StepLimit,
  StoreUnavailable,
  StreamInterrupted,
  Truncated,
} from "../src/index.ts";
import { root } from "./tool.ts";

/** One error of every code: a code without its class does not compile, and neither does one too many. */
export const everyError: Readonly<Record<ErrorCode, SeamError>> = {
  DeadlineExceeded: new DeadlineExceeded({ limit: "deadline", limitMs: 1 }),
  RateLimited: new RateLimited("summary"),
  QuotaExhausted: new QuotaExhausted("summary"),
  Overloaded: new Overloaded("summary"),
  ProviderUnavailable: new ProviderUnavailable("summary"),
  AuthenticationFailed: new AuthenticationFailed("summary"),
  InvalidRequest: new InvalidRequest("summary"),
  ContextTooLong: new ContextTooLong("summary"),
  Refused: new Refused("text"),
  Truncated: new Truncated("text"),
  InvalidOutput: new InvalidOutput([]),
  StreamInterrupted: new StreamInterrupted({ text: "text", reason: "reason" }),
  BudgetExceeded: new BudgetExceeded({
    limit: "cost",
    of: 1,
    used: 1,
    reserved: 0,
    windowMs: 1,
    resetsAt: 1,
  }),
  StepLimit: new StepLimit({ limit: "steps", summary: "summary" }),
  Busy: new Busy("summary"),
  StoreUnavailable: new StoreUnavailable("summary"),
  ConfigError: new ConfigError({ summary: "summary", advice: "Mend the settings named here." }),
};

const errorFiles = ["src/errors.ts", "src/patterns/run-errors.ts"];

/** The error catalogue as a Markdown table, from the classes themselves. */
export function errorTable(): string {
  const source = errorFiles.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
  const rows = Object.entries(everyError).map(([code, error]) => {
    const cells = [`\`${code}\``, whenOf(code, source), triedOn(error), adviceOf(error)];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| code | when | tried again | what to do |", "|---|---|---|---|", ...rows].join("\n");
}

/** The sentence above the class. */
function whenOf(code: string, source: string): string {
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])+)\\*/\\nexport class ${code} `).exec(
    source,
  );
  const text = comment?.[1]?.replace(/\s*\n? +\* /g, " ").trim();
  if (text === undefined) throw new Error(`The class ${code} has no comment.`);
  return text;
}

const attemptLimit = new DeadlineExceeded({ limit: "total", limitMs: 1 });

function triedOn(error: SeamError): string {
  if (error instanceof DeadlineExceeded && error.limit === "deadline") {
    return `the deadline: no; an attempt's limit: ${triedOn(attemptLimit)}`;
  }
  if (error instanceof InvalidOutput) return "asked again once, then fallbacks";
  if (error instanceof Truncated) return "asked again once, with more room";
  const { retryable, reroutable } = error;
  if (retryable) return "same target, then fallbacks";
  return reroutable ? "fallbacks only" : "no";
}

function adviceOf({ message, summary }: SeamError): string {
  return message.slice(summary.length).replace(/^[.\s]+/, "");
}
