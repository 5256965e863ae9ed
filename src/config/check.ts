import type { z } from "zod";
import { ConfigError, type OutputIssue } from "../errors.ts";
import type { CheckedConfig, CheckedLimits } from "./checked.ts";
import { configSchema, limitsSchema } from "./schema.ts";
import type { SeamConfig } from "./types.ts";

/** Checks all settings; throws one ConfigError that names every fault with its path. */
export function checkConfig(config: SeamConfig): CheckedConfig {
  const result = configSchema.safeParse(config);
  if (result.success) return result.data;
  throw configError("The config is wrong", issuesOf(result.error));
}

/** Checks the limits of a single call. */
export function checkLimits(limits: unknown): CheckedLimits {
  const result = limitsSchema.safeParse(limits);
  if (result.success) return result.data;
  throw configError("The limits of this call are wrong", issuesOf(result.error));
}

function configError(summary: string, issues: OutputIssue[]): ConfigError {
  const lines = issues.map(
    ({ path, message }) => `\n  ${path === "" ? "config" : path}: ${message}`,
  );
  return new ConfigError({
    summary: `${summary}:${lines.join("")}\n`,
    advice: "Mend the settings named here.",
    issues,
  });
}

function issuesOf(error: z.ZodError): OutputIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, []));
}

/** A union's own message says little; the branch that came closest says what is wrong. */
function flatten(issue: z.core.$ZodIssue, prefix: PropertyKey[]): OutputIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const closest = issue.errors.toSorted((a, b) => closeness(b) - closeness(a))[0] ?? [];
    return closest.flatMap((inner) => flatten(inner, path));
  }
  return [{ path: path.map(String).join("."), message: issue.message }];
}

function closeness(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    ...issues.map(({ code, path }) => (code === "unrecognized_keys" ? 1 : path.length)),
  );
}
