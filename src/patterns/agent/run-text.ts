import type { LanguageModelV4Content, LanguageModelV4Message } from "@ai-sdk/provider";
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

  constructor(rule: LinkRule, isUntrusted: () => boolean) {
    this.#rule = rule;
    this.#isUntrusted = isUntrusted;
  }

  guard(text: string): { readonly text: string; readonly removed: readonly RemovedLink[] } {
    return this.#isUntrusted() ? guardText(text, this.#rule) : { text, removed: [] };
  }

  /** Where one answer's text goes as it comes. A run reads nothing while a model speaks. */
  sink(tell: (text: string) => void): TextSink {
    if (!this.#isUntrusted()) return { push: tell, end: () => {} };
    const guard = new LinkGuard(this.#rule);
    return {
      push: (delta) => tell(guard.push(delta)),
      end: () => tell(guard.end()),
    };
  }

  guardMessage(message: LanguageModelV4Message): Message {
    if (message.role !== "assistant") return message;
    const content = message.content.map((part) =>
      part.type === "text" ? { ...part, text: this.guard(part.text).text } : part,
    );
    return { ...message, content };
  }

  guardContent(content: readonly LanguageModelV4Content[]): LanguageModelV4Content[] {
    return content.map((part) =>
      part.type === "text" ? { ...part, text: this.guard(part.text).text } : part,
    );
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

function contextOf(error: SeamError): ErrorContext {
  const { task, target, attempts, cause, status, retryAfterMs, retryable, reroutable } = error;
  return { task, target, attempts, cause, status, retryAfterMs, retryable, reroutable };
}

function reasonOf({ cause, summary }: SeamError): string {
  return SeamError.is(cause) ? cause.summary : summary;
}
