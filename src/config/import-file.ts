import { pathToFileURL } from "node:url";
import { SeamError } from "../call/seam-error.ts";
import { ConfigError } from "../errors.ts";

/** What a file of the project exports; throws ConfigError when it cannot be imported. */
export async function importFile(file: string): Promise<object> {
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
      return "Use Node 22.18 or newer, which runs TypeScript, or write the file in JavaScript, as `.mjs`.";
    default:
      return "Mend the file; `node` run on it shows where it fails.";
  }
}
