import type { RemovedLink } from "../options.ts";
import { isGrantedHost } from "./hosts.ts";
import { type Link, LinkScanner } from "./scanner.ts";

/** Where links and images may lead to. */
export interface LinkRule {
  readonly hosts: readonly string[];
  /** The caller's own texts: links that stand there word for word may stay. Images may not. */
  readonly trusted: readonly string[];
}

/**
 * Takes links and images to hosts that are not granted out of text that arrives in pieces. Nothing of an address leaves
 * before it is known to be fine; text without addresses leaves up to its last word.
 */
export class LinkGuard {
  readonly #scanner: LinkScanner;

  constructor(rule: LinkRule) {
    const trusted = linksIn(rule.trusted);
    this.#scanner = new LinkScanner((link) => {
      const host = link.hosts.find((candidate) => !isGrantedHost(candidate, rule.hosts));
      if (host === undefined || (link.kind === "link" && trusted.has(link.whole()))) return null;
      return host;
    });
  }

  get removed(): readonly RemovedLink[] {
    return this.#scanner.removed;
  }

  push(delta: string): string {
    return this.#scanner.push(delta);
  }

  end(): string {
    return this.#scanner.end();
  }
}

function linksIn(texts: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (link: Link): null => {
    if (link.hosts.length > 0) found.add(link.whole());
    return null;
  };
  for (const text of texts) {
    const scanner = new LinkScanner(add);
    scanner.push(text);
    scanner.end();
  }
  found.delete("");
  return found;
}
