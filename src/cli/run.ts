import { CommanderError } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { multiLine } from "./output/clean.ts";
import { buildProgram } from "./program.ts";

/** Runs the command line; sets the exit code, and never throws. */
export async function run(argv: readonly string[]): Promise<void> {
  quietWarnings();
  endWithTheReader();
  try {
    await buildProgram().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    const wasAsked = error.exitCode === 0;
    return wasAsked ? exitCodes.ok : exitCodes.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`seam: ${multiLine(message)}\n`);
  return exitCodes.failed;
}

/** `seam calls | head` closes the pipe early: that ends the command, and is no failure. A full disk is one. */
function endWithTheReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(exitCodes.ok);
      if (stream === process.stdout) report(error);
      process.exit(exitCodes.failed);
    });
  }
}

/** Node's warnings about its own unfinished parts are of no use to who runs the command; others are shown. */
function quietWarnings(): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error & { readonly code?: string }) => {
    if (warning.name === "ExperimentalWarning") return;
    if (warning.code === "MODULE_TYPELESS_PACKAGE_JSON") return;
    process.stderr.write(`seam: ${multiLine(warning.message)}\n`);
  });
}
