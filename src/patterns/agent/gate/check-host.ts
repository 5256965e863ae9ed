import type { Fault } from "./check-tool.ts";

const form = 'expected a host such as "shop.example", or "*.shop.example" for the hosts below it';

/** What is wrong with an entry of a grant's hosts: each must say exactly which hosts it is for. */
export function hostFault(path: string, entry: unknown): Fault[] {
  if (typeof entry !== "string") return [[path, form]];
  const host = entry.replace(/^\*\./, "");
  const got = `${form}; got ${JSON.stringify(entry)}`;
  if (
    /[\s/\\@?#*%,]/.test(host) ||
    /:\d*$/.test(host.replace(/\[.*\]/, "")) ||
    host.endsWith(".")
  ) {
    return [[path, `${got}: without scheme, user, port, path or final dot`]];
  }
  const url = URL.parse(`https://${host}`);
  if (url === null) return [[path, got]];
  if (url.hostname === host.toLowerCase()) return [];
  return [[path, `${got}, which is written ${JSON.stringify(url.hostname)}`]];
}
