import type { LanguageModelV4Content, LanguageModelV4Message } from "@ai-sdk/provider";

/** Providers refuse longer ones, some of them made by others. */
const longest = 40;

/**
 * Some servers give every call the same id, or none, or one that another provider would refuse in the next request: in
 * a run, each has its own, that all of them take.
 */
export class CallIds {
  readonly #used = new Set<string>();

  constructor(messages: readonly LanguageModelV4Message[]) {
    for (const { role, content } of messages) {
      if (role !== "assistant") continue;
      for (const part of content) if (part.type === "tool-call") this.#used.add(part.toolCallId);
    }
  }

  unique(content: readonly LanguageModelV4Content[]): LanguageModelV4Content[] {
    return content.map((part) => {
      if (part.type !== "tool-call" || part.providerExecuted === true) return part;
      return { ...part, toolCallId: this.#take(part.toolCallId) };
    });
  }

  #take(given: string): string {
    const wanted = given.slice(0, longest).replace(/[^\w-]/g, "_") || "call";
    let id = wanted;
    for (let number = 2; this.#used.has(id); number++) {
      const ending = `_${number}`;
      id = `${wanted.slice(0, longest - ending.length)}${ending}`;
    }
    this.#used.add(id);
    return id;
  }
}
