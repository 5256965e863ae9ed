import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SeamError } from "../call/seam-error.ts";
import { ConfigError } from "../errors.ts";
import type { SeamConfig } from "./types.ts";

/** The names a config is found by, the first one first. */
export const configNames = [
  "seam.config.ts",
  "seam.config.mts",
  "seam.config.js",
  "seam.config.mjs",
] as const;

/** A config with the file it came from. Not checked yet: `resolveConfig` does that. */
export interface LoadedConfig {
  readonly path: string;
  readonly config: SeamConfig;
}

/** The nearest config file in a folder or above it; `undefined` when there is none. */
export function findConfig(folder: string): string | undefined {
  for (let here = resolve(folder); ; here = dirname(here)) {
    const found = configNames.map((name) => join(here, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(here) === here) return undefined;
  }
}

/** Imports a config file; throws ConfigError when it cannot be imported or exports no config. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new ConfigError({
      summary: `There is no config at ${file}`,
      advice: "Check the path, or run `seam init` to make a config.",
    });
  }
  const config = exportOf(await importFile(file));
  if (config !== undefined) return { path: file, config };
  throw new ConfigError({
    summary: `${file} exports no config`,
    advice: "Write `export default defineConfig({ tasks: { … } })` in it.",
  });
}

async function importFile(file: string): Promise<object> {
  try {
    const module: object = await import(pathToFileURL(file).href);
    return module;
  } catch (cause) {
    if (SeamError.is(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      { summary: `${file} cannot be imported: ${reason}`, advice: adviceFor(cause) },
      { cause },
    );
  }
}

function adviceFor(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  switch (code) {
    case "ERR_MODULE_NOT_FOUND":
      return "Install what it imports, and write file endings (`./tasks.ts`) in its own imports.";
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return "Node runs TypeScript by leaving types out: avoid enums, namespaces and parameter properties.";
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return "Use Node 22.18 or newer, which runs TypeScript, or write the config as seam.config.mjs.";
    default:
      return "Mend the file; `node` run on it shows where it fails.";
  }
}

function exportOf(module: object): SeamConfig | undefined {
  if (!("default" in module)) return undefined;
  const value = module.default;
  return typeof value === "object" && value !== null && "tasks" in value
    ? (value as SeamConfig)
    : undefined;
}
