import type { IncomingHttpHeaders } from "node:http";

const secret = new Set(["authorization", "x-api-key", "api-key", "proxy-authorization", "cookie"]);

/** Headers as they arrived, with credentials replaced. */
export function visibleHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secret.has(name) ? "[redacted]" : [value ?? ""].flat().join(", "),
    ]),
  );
}
