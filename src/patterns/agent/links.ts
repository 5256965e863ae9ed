import type { RemovedLink } from "./options.ts";

/** Where links of a run's text may lead to. */
export interface LinkRule {
  readonly hosts: readonly string[];
  /** The caller's own texts. */
  readonly trusted: readonly string[];
}

const links = /!?\[[^\]]*\]\([^)]*\)|(?:[a-z][a-z\d+.-]*:)?\/\/[^\s<>"')\]]+|www\.[^\s<>"')\]]+/gi;

/** Until the guard's own reading of links takes its place: every link goes that is not the caller's own. */
export function guardText(
  text: string,
  { trusted }: LinkRule,
): { readonly text: string; readonly removed: RemovedLink[] } {
  const removed: RemovedLink[] = [];
  const guarded = text.replace(links, (link) => {
    if (trusted.some((own) => own.includes(link))) return link;
    removed.push({ kind: "link", host: "unknown" });
    return "[link removed]";
  });
  return { text: guarded, removed };
}

export class LinkGuard {
  readonly #rule: LinkRule;
  #held = "";

  constructor(rule: LinkRule) {
    this.#rule = rule;
  }

  push(delta: string): string {
    this.#held += delta;
    return "";
  }

  end(): string {
    return guardText(this.#held, this.#rule).text;
  }
}
