/** What one check found. `fail`: calls will fail; `warn`: worth knowing, calls go on. */
export interface Finding {
  readonly status: "ok" | "warn" | "fail";
  /** What was checked, e.g. `config`, `key anthropic`. */
  readonly check: string;
  readonly detail: string;
  /** What to do about it; `null` when nothing needs doing. */
  readonly advice: string | null;
}

export function ok(check: string, detail: string): Finding {
  return { status: "ok", check, detail, advice: null };
}

export function warn(check: string, detail: string, advice: string): Finding {
  return { status: "warn", check, detail, advice };
}

export function fail(check: string, detail: string, advice: string): Finding {
  return { status: "fail", check, detail, advice };
}

/** The message of anything thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
