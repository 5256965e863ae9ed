import { hostOf, hostsOfReference, isFileLike, isNamedHost } from "./address.ts";
import { LinkScanner } from "./scanner.ts";

/**
 * Every host that a usual renderer or fetcher would go to. What needs none to run or to carry data stands there with
 * its scheme instead: `javascript:`, `data:`, `mailto:` with a text.
 */
export function hostsIn(text: string): readonly string[] {
  const found = new Set<string>();
  const scanner = new LinkScanner(({ hosts }) => {
    for (const host of hosts) found.add(host);
    return null;
  });
  scanner.push(text);
  scanner.end();
  return [...found];
}

/** Whether a grant lists a host: by its name, or as one below `*.name`. */
export function isGrantedHost(host: string, hosts: readonly string[]): boolean {
  return hosts.some((entry) => {
    if (!entry.startsWith("*.")) return hostOf(entry) === host;
    const parent = hostOf(entry.slice(2));
    return parent !== null && host.endsWith(`.${parent}`);
  });
}

/** The hosts that are not granted in any text of a JSON value; also those of a text that is nothing but a host's name. */
export function foreignHostsIn(value: unknown, hosts: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<object>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part === "string") {
      for (const host of [...hostsIn(part), ...hostsOfWhole(part)]) found.add(host);
    } else if (typeof part === "object" && part !== null && !seen.has(part)) {
      seen.add(part);
      for (const entry of Object.entries(part)) open.push(...entry);
    }
  }
  return [...found].filter((host) => !isGrantedHost(host, hosts));
}

/** Fetchers take a bare name for an address, and every spelling that `new URL` understands. */
function hostsOfWhole(text: string): readonly string[] {
  const name = text.trim();
  const host = /^[^\s/:@]+$/.test(name) ? hostOf(name) : null;
  // `new URL` makes an IP address of "1.2.3", which more often is a version.
  const isHost = host !== null && isNamedHost(host) && (!/^[\d.]+$/.test(name) || host === name);
  const bare = isHost && !isFileLike(host);
  return [...hostsOfReference(text, false), ...(bare ? [host] : [])];
}
