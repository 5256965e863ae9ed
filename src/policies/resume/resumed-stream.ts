import type { LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Ending, StreamAnswer } from "../../call/answer.ts";
import { Assembler, finishPart, isContent } from "../../call/assemble.ts";
import { PartLog } from "../../call/part-log.ts";
import { type Resume, type Trace, usageOfAttempts } from "../../call/trace.ts";
import { fromUsage } from "../../call/usage.ts";
import { Splicer } from "./splice.ts";

type Part = LanguageModelV4StreamPart;
type Break = Pick<Resume, "from" | "reason">;

/**
 * One stream made of several: the first as it is; of those that go on from it the new text, in the block that was open.
 * Their reasoning and metadata are left out: they would repeat or contradict what the caller has seen.
 */
export class ResumedStream {
  readonly parts: PartLog = new PartLog();
  readonly #trace: Trace;
  readonly #assembler = new Assembler();
  /** The parts that end the blocks that are open, by kind and id. */
  readonly #open = new Map<string, Part & { type: "text-end" | "reasoning-end" }>();
  /** The end of a text block, until more comes: providers end the blocks of a broken stream, too. */
  #lastEnd: (Part & { type: "text-end" }) | undefined;
  #isPlain = true;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** The text so far. */
  get text(): string {
    return this.#assembler.text;
  }

  /** Whether nothing but text and reasoning has been seen. */
  get isPlain(): boolean {
    return this.#isPlain;
  }

  /** Passes a stream on, up to its finish; `broken` is what it mends. */
  async follow({ parts, end, continuation }: StreamAnswer, broken?: Break): Promise<Ending> {
    if (continuation === undefined || broken === undefined) {
      await each(parts, (part) => this.#pass(part));
      return end;
    }
    const at = this.text.length;
    const splicer = new Splicer(continuation);
    this.#lastEnd = undefined;
    this.#close("reasoning-end");
    await each(parts, (part) => this.#splice(part, splicer));
    const ending = await end;
    if (ending.ok) this.#say(splicer.end());
    const { target: to, how } = continuation;
    this.#trace.resumes.push({ ...broken, at, to, how, overlap: splicer.overlap });
    return ending;
  }

  /** Ends the stream with what the last of its parts was answered with. */
  end(last: LanguageModelV4GenerateResult): Ending {
    this.#endBlock();
    const result = this.#trace.resumes.length === 0 ? last : this.#whole(last);
    this.#push(finishPart(result));
    this.parts.end();
    return { ok: true, result };
  }

  fail(error: unknown): Ending {
    this.parts.fail(error);
    return { ok: false, error, text: this.text };
  }

  #whole(last: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult {
    this.#close("text-end");
    const { content } = this.#assembler.result(undefined);
    return { ...last, content, usage: fromUsage(usageOfAttempts(this.#trace)) };
  }

  #pass(part: Part): void {
    this.#endBlock();
    switch (part.type) {
      case "text-start":
      case "text-delta":
        this.#open.set(`text ${part.id}`, { type: "text-end", id: part.id });
        break;
      case "reasoning-start":
      case "reasoning-delta":
        this.#open.set(`reasoning ${part.id}`, { type: "reasoning-end", id: part.id });
        break;
      case "text-end":
        this.#lastEnd = part;
        return;
      case "reasoning-end":
        this.#open.delete(`reasoning ${part.id}`);
        break;
      default:
        this.#isPlain &&= !isContent(part);
    }
    this.#push(part);
  }

  #splice(part: Part, splicer: Splicer): void {
    switch (part.type) {
      case "text-delta":
        this.#say(splicer.push(part.delta));
        return;
      case "text-start":
      case "text-end":
      case "reasoning-start":
      case "reasoning-delta":
      case "reasoning-end":
      case "stream-start":
      case "response-metadata":
      case "custom":
        return;
      default:
        this.#pass(part);
    }
  }

  /** New text goes into the block that is open, or into one of its own. */
  #say(delta: string): void {
    if (delta === "") return;
    const open = [...this.#open.values()].findLast(({ type }) => type === "text-end");
    const id = open?.id ?? `resumed-${this.#trace.resumes.length + 1}`;
    if (open === undefined) this.#pass({ type: "text-start", id });
    this.#pass({ type: "text-delta", id, delta });
  }

  #endBlock(): void {
    const part = this.#lastEnd;
    if (part === undefined) return;
    this.#lastEnd = undefined;
    this.#open.delete(`text ${part.id}`);
    this.#push(part);
  }

  #close(type: "text-end" | "reasoning-end"): void {
    for (const [key, part] of this.#open) {
      if (part.type !== type) continue;
      this.#open.delete(key);
      this.#push(part);
    }
  }

  #push(part: Part): void {
    this.#assembler.add(part);
    this.parts.push(part);
  }
}

/** Every part up to the finish. Where the stream fails, its ending tells why. */
async function each(parts: PartLog, work: (part: Part) => void): Promise<void> {
  try {
    for await (const part of parts.read()) if (part.type !== "finish") work(part);
  } catch {
    // Told by the ending.
  }
}
