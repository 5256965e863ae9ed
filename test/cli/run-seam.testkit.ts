import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { root } from "../../scripts/tool.ts";

/** Starting from TypeScript takes half as long with what Node kept of the last time. */
const compileCache = fileURLToPath(
  new URL("../../node_modules/.cache/seam-cli-tests", import.meta.url),
);

/** The source of the command. */
export const main: string = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const bin = fileURLToPath(new URL("../../node_modules/.bin", import.meta.url));

export interface RunOptions {
  readonly cwd?: string;
  /** Added to an environment without provider keys and without a wish about colour. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `seam` as a user does, piped, and waits for its end. */
export function runSeam(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return ended(startSeam(args, options));
}

/** Runs a file with the Node that runs the tests. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return ended(startNode(args, options));
}

export function startNode(
  args: readonly string[],
  options: RunOptions = {},
): ChildProcessWithoutNullStreams {
  return start(process.execPath, args, options);
}

export function startSeam(
  args: readonly string[],
  options: RunOptions = {},
): ChildProcessWithoutNullStreams {
  return startNode([main, ...args], options);
}

/** Waits until a running command has written something; rejects when it ends before. */
export function written(child: ChildProcessWithoutNullStreams, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!wanted.test(text)) return;
      child.stdout.off("data", look);
      resolve(text);
    };
    child.stdout.on("data", look);
    child.once("close", () => reject(new Error(`It ended without ${wanted}:\n${text}`)));
  });
}

export function ended(child: ChildProcessWithoutNullStreams): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function start(
  command: string,
  args: readonly string[],
  { cwd = root, env = {} }: RunOptions,
): ChildProcessWithoutNullStreams {
  return spawn(command, args, {
    cwd,
    env: { PATH: `${bin}:${process.env["PATH"] ?? ""}`, NODE_COMPILE_CACHE: compileCache, ...env },
  });
}

export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Record<string, unknown> => JSON.parse(line));
}
