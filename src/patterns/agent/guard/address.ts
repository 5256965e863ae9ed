import tlds from "tlds" with { type: "json" };

/** Stands for a host in what cannot be read as an address, and so not be shown to be harmless. */
export const unreadable = "unknown";
const special = /^(?:https?|ftp|wss?)$/i;
const runs = /^(?:javascript|vbscript|data)$/i;
const writes = /^(?:mailto|xmpp|sms|smsto|mms)$/i;
const reserved = ["example", "test", "invalid", "localhost", "local", "internal", "onion", "lan"];
const topLevel: ReadonlySet<string> = new Set([...tlds, ...reserved].map(asciiEnd));
/** Ends of file names that are ends of host names as well. */
const files: ReadonlySet<string> = new Set(
  "am cc md ml mm mov pl pm ps py rs sh so st tf vi zip".split(" "),
);

/** Schemes that browsers read with any number of slashes. */
export function isSpecial(scheme: string): boolean {
  return special.test(scheme);
}

/** Schemes of which the address itself is what is run or shown. */
export function isInline(scheme: string): boolean {
  return runs.test(scheme);
}

/** Schemes that write a message to somebody. */
export function isMessage(scheme: string): boolean {
  return writes.test(scheme);
}

/** The host as it is compared: lower case, ASCII, without the last dot; `null` when there is none. */
export function hostOf(authority: string): string | null {
  try {
    const host = new URL(`https://${authority}/`).hostname.replace(/\.+$/, "");
    return host === "" ? null : host;
  } catch {
    return null;
  }
}

/** Whether a host is one on the internet by its looks: a known end after a dot, or an IP address. */
export function isNamedHost(host: string): boolean {
  if (/^\[|^\d+(?:\.\d+){3}$/.test(host)) return true;
  return host === "localhost" || (host.includes(".") && topLevel.has(endOf(host)));
}

/** `main.rs`, `setup.py`: as likely a file as a host. */
export function isFileLike(host: string): boolean {
  return files.has(endOf(host));
}

/**
 * The hosts that renderers may take from what stands between the slashes: browsers take all of it, with its userinfo,
 * finders of links in plain text what looks like a host at its beginning.
 */
export function hostsOfAuthority(authority: string): readonly string[] {
  const whole = hostOf(authority.replace(/[^\p{L}\p{N}\]]+$/u, ""));
  const begin = /^(?:\[[\da-f:.]+\]|[\p{L}\p{N}\p{M}._%。．｡-]+)/iu.exec(authority)?.[0];
  const isName = begin !== undefined && /[\p{L}\p{N}]/u.test(begin);
  const first = isName ? (hostOf(begin) ?? unreadable) : null;
  const hosts = [whole !== null && canBeOwned(whole) ? whole : null, first];
  return [...new Set(hosts.filter((host) => host !== null))];
}

/**
 * The hosts of what stands where an address is expected, e.g. in `href`; none for a relative one. In place of a host:
 * `javascript:`, `data:` and the like, and a `mailto:` that brings its text along.
 *
 * @param strict Schemes that nothing is known about count, and what cannot be read.
 */
export function hostsOfReference(reference: string, strict: boolean): readonly string[] {
  // What `new URL` does as well: spaces around an address, and tabs and line breaks in it, do not count.
  const value = reference.replace(/[\t\r\n]/g, "").replace(/^[\0- ]+|[\0- ]+$/g, "");
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return /^[/\\]{2}/.test(value) ? hostsAfter(value.replace(/^[/\\]+/, ""), strict) : [];
  }
  const rest = value.slice(scheme.length + 1);
  if (isInline(scheme)) return [`${scheme}:`];
  if (isMessage(scheme)) return hostsOfMessage(scheme, rest);
  const slashes = /^[/\\]*/.exec(rest)?.[0].length ?? 0;
  if (isSpecial(scheme) || slashes === 2 || slashes > 3) {
    return hostsAfter(rest.slice(slashes), strict);
  }
  return strict && scheme !== "tel" ? [`${scheme}:`] : [];
}

function hostsAfter(slashes: string, strict: boolean): readonly string[] {
  const authority = /^[^/\\?#]*/.exec(slashes)?.[0] ?? "";
  const host = hostOf(authority);
  if (host !== null && (strict || canBeOwned(host))) return [host];
  const hosts = hostsOfAuthority(authority);
  return hosts.length === 0 && strict ? [unreadable] : hosts;
}

/** The domains that a message would go to, and the scheme itself when the link brings its text along. */
export function hostsOfMessage(scheme: string, rest: string): readonly string[] {
  const [to = "", query = ""] = rest.split("?", 2);
  const fields = new URLSearchParams(query.replaceAll("&amp;", "&"));
  const carries = [...fields.keys()].some((name) => /^body$/i.test(name));
  const more = [...fields].filter(([name]) => /^(?:to|cc|bcc)$/i.test(name)).map(([, all]) => all);
  const domains = [decoded(to), ...more]
    .flatMap((all) => all.split(/[,;]/))
    .filter((address) => address.includes("@"))
    .map((address) => hostOf(address.slice(address.lastIndexOf("@") + 1)) ?? unreadable);
  return [...new Set([...domains, ...(carries ? [`${scheme}:`] : [])])];
}

/** No registry gives out names that end in signs: `good.example",` leads nowhere. */
function canBeOwned(host: string): boolean {
  return host.startsWith("[") || /^[\p{L}\p{N}-]+$/u.test(endOf(host));
}

function endOf(host: string): string {
  return host.slice(host.lastIndexOf(".") + 1).toLowerCase();
}

function asciiEnd(end: string): string {
  return /^[a-z]+$/.test(end) ? end : endOf(hostOf(`a.${end}`) ?? end);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
