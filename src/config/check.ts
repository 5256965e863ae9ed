import { z } from "zod";
import { configError, type OutputIssue } from "../errors.ts";
import { didYouMean } from "../util/nearest.ts";
import type { CheckedAgent, CheckedConfig, CheckedLimits } from "./checked.ts";
import { agentSchema, configSchema, limitsSchema, settingsSchema } from "./schema.ts";
import type { SeamConfig, Settings } from "./types.ts";

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
  throw configError("The limits of this call are wrong", issuesOf(result.error, ["limits"]));
}

/** Checks the settings of a single call. */
export function checkSettings(settings: unknown): Settings {
  const result = settingsSchema.safeParse(settings);
  if (result.success) return result.data;
  throw configError("The settings of this call are wrong", issuesOf(result.error, ["settings"]));
}

/** Checks the limits that an agent sets for its runs. */
export function checkAgentLimits(limits: unknown): CheckedAgent {
  const result = agentSchema.safeParse(limits);
  if (result.success) return result.data;
  throw configError("The limits of this agent are wrong", issuesOf(result.error, ["limits"]));
}

/** What a schema finds wrong; a name that it does not know is compared with those that `known` gives. */
export function issuesOf(
  error: z.ZodError,
  prefix: readonly string[] = [],
  known: () => Iterable<string> = settingNames,
): OutputIssue[] {
  return error.issues.flatMap((issue) => flatten(issue, prefix, known));
}

/** A union's own message says little, unless the value is of none of its kinds; else the closest branch says more. */
function flatten(
  issue: z.core.$ZodIssue,
  prefix: readonly PropertyKey[],
  known: () => Iterable<string>,
): OutputIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union") {
    const closest = issue.errors.toSorted((a, b) => closeness(b) - closeness(a))[0] ?? [];
    if (closeness(closest) > 0) return closest.flatMap((inner) => flatten(inner, path, known));
  }
  const message =
    issue.code === "unrecognized_keys" ? unknownNames(issue.keys, known()) : issue.message;
  return [{ path: path.map(String).join("."), message }];
}

function unknownNames(names: readonly string[], known: Iterable<string>): string {
  const said = names.map((name) => `${JSON.stringify(name)}${didYouMean(name, known)}`);
  return `there is no setting here called ${said.join(" or ")}`;
}

let namesOfConfig: ReadonlySet<string> | undefined;

function settingNames(): ReadonlySet<string> {
  namesOfConfig ??= namesIn(z.toJSONSchema(configSchema, { unrepresentable: "any", io: "input" }));
  return namesOfConfig;
}

/** Every name of a setting, at any depth. */
function namesIn(schema: unknown): ReadonlySet<string> {
  if (typeof schema !== "object" || schema === null) return new Set();
  const { properties } = schema as { properties?: object };
  const below = Object.values(schema).flatMap((inner) => [...namesIn(inner)]);
  return new Set([...Object.keys(properties ?? {}), ...below]);
}

function closeness(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    0,
    ...issues.map(({ code, path }) => (code === "unrecognized_keys" ? 1 : path.length)),
  );
}
