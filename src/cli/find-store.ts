import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { defaults } from "../config/defaults.ts";
import { findConfig, loadConfig } from "../config/load.ts";
import { storeOf } from "../config/store-of.ts";
import type { SeamConfig } from "../config/types.ts";

export interface StoreOptions {
  readonly store?: string;
  readonly config?: string;
}

/** The file of events, and where its name comes from. */
export interface FoundStore {
  readonly path: string;
  readonly from: string;
  /** The config that names it. */
  readonly config?: SeamConfig;
}

export function withStoreOptions(command: Command): Command {
  return command
    .option("--store <path>", "the file of events; default: the `store` of the config")
    .option("--config <path>", "the config; default: seam.config.ts here or in a folder above");
}

/** The file that `--store` names, or the config, or Seam's default. A path in a config counts from its folder. */
export async function findStore(options: StoreOptions): Promise<FoundStore> {
  if (options.store !== undefined) return { path: resolve(options.store), from: "--store" };
  const file = options.config ?? findConfig(process.cwd());
  if (file === undefined)
    return { path: resolve(defaults.store), from: "the default, no config found" };
  const { path, config } = await loadConfig(file);
  return { path: storeOf(config.store ?? defaults.store, path), from: shortPath(path), config };
}

/** The config that these options mean; `undefined` where `--store` stands alone, or there is none. */
export async function configOf({ store, config }: StoreOptions): Promise<SeamConfig | undefined> {
  const file = config ?? (store === undefined ? findConfig(process.cwd()) : undefined);
  return file === undefined ? undefined : (await loadConfig(file)).config;
}

/** A path as it is shortest to read from here. */
export function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === "" || near.startsWith("..") ? path : near;
}
