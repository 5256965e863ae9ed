import type { LanguageModelV4Message } from "@ai-sdk/provider";
import { type ErrorContext, SeamError } from "../../call/seam-error.ts";
import { Refused, StreamInterrupted, Truncated } from "../../errors.ts";
import type { Message } from "../prompt.ts";
import type { TextSink } from "./ask-step.ts";
import { guardText } from "./guard/guard-text.ts";
import { LinkGuard, type LinkRule } from "./guard/link-guard.ts";
import type { RemovedLink } from "./options.ts";

/** What a run lets out of what its models say: once it has read untrusted content, no link that leads elsewhere. */
export class RunText {
  readonly #rule: LinkRule;
  readonly #isUntrusted: () => boolean;
  #told = "";

  constructor(rule: LinkRule, isUntrusted: () => boolean) {
    this.#rule = rule;
    this.#isUntrusted = isUntrusted;
  }

  guard(text: string): { readonly text: string; readonly removed: readonly RemovedLink[] } {
    return this.#isUntrusted() ? guardText(text, this.#rule) : { text, removed: [] };
  }

  /**
   * Where one answer's text goes as it comes. A run reads nothing while a model speaks. Readers put the answers of a run
   * behind each other, so what begins an address in one must not meet its rest in the next.
   */
  sink(tell: (text: string) => void): TextSink {
    let gap = this.#isUntrusted() && /\S$/.test(this.#told) ? "\n\n" : "";
    const say = (text: string): void => {
      if (text === "") return;
      this.#told = text;
      tell(gap + text);
      gap = "";
    };
    if (!this.#isUntrusted()) return { push: say, end: () => {} };
    const guard = new LinkGuard(this.#rule);
    return {
      push: (delta) => say(guard.push(delta)),
      end: () => say(guard.end()),
    };
  }

  guardMessage(message: LanguageModelV4Message): Message {
    if (message.role !== "assistant") return message;
    return { ...message, content: this.guardContent(message.content) };
  }

  /** The texts of one answer are read as one. */
  guardContent<Part extends { readonly type: string }>(content: readonly Part[]): Part[] {
    if (!this.#isUntrusted()) return [...content];
    const guard = new LinkGuard(this.#rule);
    const last = content.findLastIndex(({ type }) => type === "text");
    return content.map((part, index) => {
      if (!isText(part)) return part;
      const text = guard.push(part.text);
      return { ...part, text: index === last ? text + guard.end() : text };
    });
  }

  /** The error with what it quotes of an answer guarded, too. */
  guardError(error: unknown): unknown {
    if (!this.#isUntrusted()) return error;
    if (error instanceof Truncated)
      return new Truncated(this.guard(error.text).text, contextOf(error));
    if (error instanceof Refused) return new Refused(this.guard(error.text).text, contextOf(error));
    if (error instanceof StreamInterrupted) {
      const detail = { text: this.guard(error.text).text, reason: reasonOf(error) };
      return new StreamInterrupted(detail, contextOf(error));
    }
    return error;
  }
}

function isText(part: { readonly type: string }): part is { type: "text"; text: string } {
  return part.type === "text";
}

function contextOf(error: SeamError): ErrorContext {
  const { task, target, attempts, cause, status, retryAfterMs, retryable, reroutable } = error;
  return { task, target, attempts, cause, status, retryAfterMs, retryable, reroutable };
}

function reasonOf({ cause, summary }: SeamError): string {
  return SeamError.is(cause) ? cause.summary : summary;
}
