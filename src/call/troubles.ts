import { scrubSecrets } from "./secrets.ts";

/** Counts the failures that must not fail a call (of a cache, of the event store), and reports the first of each kind. */
export class Troubles {
  readonly #counts = new Map<string, number>();
  readonly #report: (kind: string, error: unknown) => void;

  constructor(report: (kind: string, error: unknown) => void = warn) {
    this.#report = report;
  }

  note(kind: string, error: unknown): void {
    const before = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, before + 1);
    if (before === 0) this.#report(kind, error);
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

/** What may be told of an error whose message may quote what nobody shall read. */
export function unquoted(error: unknown): Error {
  return new Error(error instanceof Error ? error.name : "it threw no error");
}

function warn(kind: string, error: unknown): void {
  const message = scrubSecrets(error instanceof Error ? error.message : String(error));
  const reason = message.replace(/\.$/, "");
  process.emitWarning(
    `${kind}: ${reason}. Calls go on; further failures are only counted.`,
    "SeamWarning",
  );
}
