import { hostsOfReference } from "./address.ts";
import { decodeEntities } from "./entities.ts";
import { type Lookahead, withoutInvisible } from "./lookahead.ts";

/** A tag of HTML as far as it could be read. */
export interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly end: number;
  /** Whether it ends within what may be looked at. */
  readonly whole: boolean;
}

/** Reads the tag that begins at `start`, as the tokenizer of HTML does. */
export function readTag(text: Lookahead, start: number, limit: number): Tag {
  const attributes: [string, string][] = [];
  const last = start + limit;
  let at = start + 1;
  const take = (end: RegExp): string => {
    const from = at;
    while (at < last && text.at(at) !== "" && !end.test(text.at(at))) at += 1;
    return text.slice(from, at);
  };
  const name = take(/[\s/>]/).toLowerCase();

  for (;;) {
    take(/[^\s/]/);
    if (at >= last || text.at(at) === "") return { name, attributes, end: at, whole: false };
    if (text.at(at) === ">") return { name, attributes, end: at + 1, whole: true };
    // A name may begin with "=", so its first character is taken whatever it is.
    const first = text.at(at);
    at += 1;
    const attribute = first + take(/[\s/>=]/);
    attributes.push([attribute.toLowerCase(), readValue()]);
  }

  function readValue(): string {
    const before = at;
    take(/\S/);
    if (at >= last || text.at(at) !== "=") {
      at = before;
      return "";
    }
    at += 1;
    take(/\S/);
    const quote = at < last ? text.at(at) : "";
    if (quote !== '"' && quote !== "'") return take(/[\s>]/);
    at += 1;
    const value = take(quote === '"' ? /"/ : /'/);
    if (at < last) at += 1;
    return value;
  }
}

const holdsAddress =
  /(?:src|href|srcset|action|data|poster|background|ping|cite|url|manifest|codebase|longdesc|profile|classid|dynsrc|lowsrc)$/;
const images = /^(?:img|image|input|source|video|audio|picture|track)$/;

export function kindOfTag({ name }: Tag): "link" | "image" | "other" {
  if (name === "a" || name === "area") return "link";
  return images.test(name) ? "image" : "other";
}

/** What one attribute leads to or loads from. */
interface Reference {
  readonly value: string;
  readonly hosts: readonly string[];
}

/** What a tag leads to or loads from; `javascript:` and `css:` where it brings what may load anything. */
export function referencesOfTag({ name, attributes }: Tag): readonly Reference[] {
  if (name === "script") return [{ value: "", hosts: ["javascript:"] }];
  if (name === "style") return [{ value: "", hosts: ["css:"] }];
  return attributes.map(([attribute, value]) => ({ value, hosts: hostsOf(attribute, value) }));
}

function hostsOf(attribute: string, value: string): readonly string[] {
  if (/^on[a-z]|^srcdoc$/.test(attribute)) return ["javascript:"];
  const decoded = withoutInvisible(decodeEntities(value));
  if (attribute === "style" && /\\|expression|@import|-binding/i.test(decoded)) return ["css:"];
  const parts = [decoded, decoded.replace(/[\t\r\n]/g, "")].flatMap((text) =>
    text.split(/[\s,;"'()=<>|]+/).filter((part) => /^[/\\]{2}|:/.test(part)),
  );
  return [
    ...hostsOfReference(decoded, holdsAddress.test(attribute)),
    ...parts.flatMap((part) => hostsOfReference(part, false)),
  ];
}

/** Whether what follows an unfinished tag could make it one that loads something. */
export function couldLoad(unfinished: string): boolean {
  return /=\s*["']|\b(?:on\w+|style|srcdoc)\s*=/i.test(unfinished);
}
