import { spawn } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

const bin = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));

/** How a tool ended: its exit code, and everything it wrote, in the order it was written. */
export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/** Where a tool runs, and whether it writes straight to this terminal. */
export interface ToolOptions {
  /** Working directory. Default: the repository's root. */
  readonly cwd?: string;
  /** `true` shows the output as it comes, and returns none. Default: `false`, which collects it. */
  readonly live?: boolean;
}

/**
 * Run a command-line tool of this repository and wait for its end.
 *
 * Tools are found in `node_modules/.bin` first, and so is the Node that runs them: the version
 * that package.json asks for, whatever the machine has.
 *
 * @example
 * const { code, output } = await runTool("biome", ["check", "."]);
 */
export function runTool(
  command: string,
  args: readonly string[],
  { cwd = root, live = false }: ToolOptions = {},
): Promise<ToolResult> {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell: process.platform === "win32",
      stdio: live ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (text: string): void => {
      output += text;
    };
    child.stdout?.setEncoding("utf8").on("data", collect);
    child.stderr?.setEncoding("utf8").on("data", collect);
    child.once("error", (cause) => {
      reject(new Error(`${command} did not start. Run "npm ci", then try again.`, { cause }));
    });
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
