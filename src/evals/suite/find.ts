import { glob, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { ConfigError } from "../../errors.ts";

const evalFiles = "**/*.eval.{ts,mts,js,mjs}";

/**
 * The eval files that a pattern means, in order: a file, those below a folder, or those that a glob matches. Installed
 * packages, `dist` and hidden folders are left out, unless the pattern names a file or a folder of them.
 *
 * @throws ConfigError when there is none
 */
export async function findEvalFiles(
  pattern: string | undefined,
  folder: string,
): Promise<string[]> {
  const named = resolve(folder, pattern ?? ".");
  const found = await stat(named).catch(() => undefined);
  if (found?.isFile()) return [named];
  const files: string[] = [];
  const [cwd, wanted] = found === undefined ? [folder, pattern ?? evalFiles] : [named, evalFiles];
  for await (const file of glob(wanted, { cwd, exclude: isLeftOut }))
    files.push(resolve(cwd, file));
  if (files.length > 0) return files.sort();
  throw new ConfigError({
    summary: `No eval file is found by ${pattern ?? evalFiles} in ${folder}`,
    advice:
      "Name a file, a folder, or a glob in quotes. Files below a folder are found by their names: `*.eval.ts`.",
  });
}

/** Whether a folder is not looked into. `.` and `..` are no hidden ones. */
export function isLeftOut(path: string): boolean {
  return /^(node_modules|dist|\.[^./\\].*)$/.test(basename(path));
}
