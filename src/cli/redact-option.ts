import { Option } from "commander";
import { type Redactor, redactors } from "../redact/redactor.ts";

export interface RedactOption {
  readonly redact?: "all" | "none";
}

/** What is taken out of recorded texts before they land in a file. */
export function redactOption(): Option {
  return new Option(
    "--redact <what>",
    "`all`: secrets, addresses, numbers (the default); `none`: secrets alone",
  ).choices(["all", "none"]);
}

/** The redactors that an option means: keys and passwords are never kept. */
export function redactorsOf({ redact = "all" }: RedactOption): readonly Redactor[] {
  return redact === "all" ? Object.values(redactors) : [redactors.secret];
}
