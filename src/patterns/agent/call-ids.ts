import type { LanguageModelV4Content, LanguageModelV4Message } from "@ai-sdk/provider";

/** Some servers give every call the same id, or none: in a run, each has its own. */
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

  #take(wanted: string): string {
    let id = wanted === "" ? "call" : wanted;
    for (let number = 2; this.#used.has(id); number++) id = `${wanted || "call"}_${number}`;
    this.#used.add(id);
    return id;
  }
}
