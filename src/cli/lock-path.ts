import { dirname, join, resolve } from "node:path";
import { findConfig } from "../config/load.ts";

/** Where the prompt lock is: beside the config; without one, in the working directory. */
export function lockPath(config: string | undefined): string {
  const file = config ?? findConfig(process.cwd());
  return join(file === undefined ? process.cwd() : dirname(resolve(file)), "seam.lock");
}
