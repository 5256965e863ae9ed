import { userInfo } from "node:os";

/** Who runs this process. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that no user has.
    return process.env["USER"] ?? "unknown";
  }
}
