import type { Added } from "../../../evals/production/case-file.ts";
import { oneLine } from "../clean.ts";

/** What became of a call that was to be a case. */
export function addedLine(added: Added): string {
  const id = oneLine(added.id);
  switch (added.kind) {
    case "added":
      return `${id} added`;
    case "there":
      return `${id} is there already`;
    default:
      return `${id} left out: case ${oneLine(added.as)} has the same input`;
  }
}
