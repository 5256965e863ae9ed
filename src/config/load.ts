import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import { importFile } from "./import-file.ts";
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

function exportOf(module: object): SeamConfig | undefined {
  if (!("default" in module)) return undefined;
  const value = module.default;
  return typeof value === "object" && value !== null && "tasks" in value
    ? (value as SeamConfig)
    : undefined;
}
