import { dirname, resolve } from "node:path";
import { ConfigError } from "../errors.ts";

/** The store's file as the config at `path` means it; throws when it keeps none. */
export function storeOf(store: unknown, path: string): string {
  if (typeof store === "string" && store !== ":memory:") return resolve(dirname(path), store);
  throw new ConfigError({
    summary: `${path} keeps no events on disk: its \`store\` is ${JSON.stringify(store)}`,
    advice: "Set `store` to a file, or name one, on the command line with --store.",
  });
}
