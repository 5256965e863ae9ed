import { idleRepeatsIn, repeatsIn, withoutWhitespace } from "../call/compress.ts";
import { tokensOfText, tokensPerFile } from "../call/estimate.ts";
import { toJson } from "../call/json.ts";
import { normalized } from "../call/prose.ts";
import { filesOf, type Prompt, textsOf } from "./segments.ts";

/** Something that could be taken out of prompts. */
export interface Trim {
  readonly kind: "sentence" | "whitespace" | "tool" | "descriptions" | "document";
  /** What it is: the sentence, the tool's name, the beginning of the document. */
  readonly what: string;
  /** In how many of the prompts that were looked at. */
  readonly prompts: number;
  /** Estimated tokens of one prompt that has it, on average. */
  readonly tokens: number;
  /** Whether `compress` takes it out. */
  readonly isSafe: boolean;
}

/** Shorter texts that stand in a prompt twice are no documents, in characters. */
const shortestDocument = 200;
/** Descriptions of a schema that are lighter than this are no waste worth a word, in tokens. */
const leastDescriptions = 200;

/** What the prompts hold that they need not; tools are looked at by their own function. */
export function trimsOf(prompts: readonly Prompt[]): Trim[] {
  const found = new Tally();
  for (const prompt of prompts) {
    let spaces = 0;
    const said = { system: new Set<string>(), all: new Set<string>() };
    const documents = new Set<string>();
    for (const { role, text } of textsOf(prompt)) {
      if (role === "system" || role === "user") {
        spaces += text.length - withoutWhitespace(text).length;
      }
      const safe = role === "system" ? idleRepeatsIn(text, said.system) : [];
      for (const { sentence } of safe) found.sentence(sentence, true);
      const isKnown = new Set(safe.map(({ sentence }) => sentence));
      const isDocument = text.length >= shortestDocument && documents.has(text);
      if (isDocument) found.add("document", `"${text.slice(0, 80)}"`, tokensOfText(text), false);
      documents.add(text);
      for (const { sentence } of isDocument ? [] : repeatsIn(text, said.all)) {
        if (!isKnown.has(sentence)) found.sentence(sentence, false);
      }
    }
    for (const { mediaType, text } of filesOf(prompt)) {
      if (documents.has(text)) found.add("document", `a file, ${mediaType}`, tokensPerFile, false);
      documents.add(text);
    }
    if (spaces > 0) found.add("whitespace", "", tokensOfText(" ".repeat(spaces)), true);
    const descriptions = heavyDescriptions(prompt);
    if (descriptions > 0) found.add("descriptions", "", descriptions, false);
    found.endPrompt();
  }
  return found.trims();
}

/** The tools that were offered, with what each costs and in how many prompts. */
export function toolsIn(prompts: readonly Prompt[]): Trim[] {
  const found = new Tally();
  for (const { tools = [] } of prompts) {
    for (const tool of tools) found.add("tool", tool.name, tokensOfText(toJson(tool)), false);
    found.endPrompt();
  }
  return found.trims();
}

/** The tokens of the schema's descriptions, where they make up more than half of it; otherwise 0. */
function heavyDescriptions({ responseFormat }: Prompt): number {
  if (responseFormat?.type !== "json" || responseFormat.schema === undefined) return 0;
  const text = descriptionsIn(responseFormat.schema).join("\n");
  const isHeavy = text.length * 2 > toJson(responseFormat.schema).length;
  const tokens = tokensOfText(text);
  return isHeavy && tokens >= leastDescriptions ? tokens : 0;
}

function descriptionsIn(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
    key === "description" && typeof value === "string" ? [value] : descriptionsIn(value),
  );
}

type Key = Pick<Trim, "kind" | "what" | "isSafe">;

/** Adds up the same trims of many prompts. */
class Tally {
  readonly #found = new Map<string, { key: Key; prompts: number; tokens: number }>();
  #inPrompt = new Set<string>();

  sentence(sentence: string, isSafe: boolean): void {
    this.add("sentence", normalized(sentence), tokensOfText(sentence), isSafe);
  }

  add(kind: Trim["kind"], what: string, tokens: number, isSafe: boolean): void {
    const id = JSON.stringify([kind, what, isSafe]);
    const entry = this.#found.get(id) ?? { key: { kind, what, isSafe }, prompts: 0, tokens: 0 };
    this.#found.set(id, entry);
    entry.tokens += tokens;
    if (!this.#inPrompt.has(id)) entry.prompts++;
    this.#inPrompt.add(id);
  }

  endPrompt(): void {
    this.#inPrompt = new Set();
  }

  /** The heaviest over all prompts first. */
  trims(): Trim[] {
    return [...this.#found.values()]
      .toSorted((a, b) => b.tokens - a.tokens)
      .map(({ key, prompts, tokens }) => ({ ...key, prompts, tokens: tokens / prompts }));
  }
}
