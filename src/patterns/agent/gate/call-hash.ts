import { fingerprintOf } from "../../../call/canonical.ts";

/** SHA-256 of a tool's name and its input: the same for equal inputs, whatever the order of their keys. */
export function hashOfCall(tool: string, input: unknown): string {
  return fingerprintOf([tool, input]);
}
