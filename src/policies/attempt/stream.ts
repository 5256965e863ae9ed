import type { LanguageModelV4, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Ending, StreamAnswer } from "../../call/answer.ts";
import { Assembler, isCommit, isContent } from "../../call/assemble.ts";
import { interrupted } from "../../call/interrupted.ts";
import { PartLog } from "../../call/part-log.ts";
import { ProviderUnavailable } from "../../errors.ts";
import { refuseBroken } from "./broken-answer.ts";
import type { AttemptRun } from "./run.ts";

type PartReader = ReadableStreamDefaultReader<LanguageModelV4StreamPart>;
type FinishPart = Extract<LanguageModelV4StreamPart, { type: "finish" }>;

/** How long a provider may take to close its stream after its finish, before we close it. */
const closingLimitMs = 2_000;

/**
 * Opens a stream and waits for its commit: the first content that the caller sees. Until then every failure is thrown, so that the
 * policies outside can recover unseen; from then on the stream runs by itself and fails in place.
 */
export async function streamOnce(run: AttemptRun, model: LanguageModelV4): Promise<StreamAnswer> {
  const opened = await run.reach(
    () => model.doStream(run.options),
    ({ stream }) => void stream.cancel().catch(() => {}),
  );
  run.heard(200, opened.response?.headers);
  const reader = opened.stream.getReader();
  run.clock.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), {
    once: true,
  });
  const parts = new PartLog();
  const commit = Promise.withResolvers<"committed">();
  const end = pump(run, reader, parts, opened.response?.headers, () => commit.resolve("committed"));
  const first = await Promise.race([commit.promise, end]);
  if (first !== "committed" && !first.ok) throw first.error;
  return { mode: "stream", parts, end, continuation: run.continuation };
}

async function pump(
  run: AttemptRun,
  reader: PartReader,
  parts: PartLog,
  headers: Record<string, string> | undefined,
  onCommit: () => void,
): Promise<Ending> {
  const assembler = new Assembler();
  let committed = false;
  try {
    let finish: FinishPart | undefined;
    while (finish === undefined) {
      const part = await nextPart(run, reader);
      assembler.add(part);
      if (part.type === "finish") {
        finish = part;
        continue;
      }
      if (isContent(part)) {
        run.clock.content();
        run.call.trace.firstContentAt ??= performance.now();
      }
      committed ||= isCommit(part, run.call.pattern);
      parts.push(part);
      if (committed) onCommit();
    }
    const result = assembler.result(headers);
    run.bill(result);
    refuseBroken(result, run);
    await run.judge(result);
    parts.push(finish);
    parts.end();
    run.succeed();
    void drain(run, reader);
    return { ok: true, result };
  } catch (error) {
    run.fail(error);
    const { text } = assembler;
    const seen = committed ? interrupted(error, text, run.place) : error;
    parts.fail(seen);
    return { ok: false, error: seen, text };
  }
}

async function nextPart(run: AttemptRun, reader: PartReader): Promise<LanguageModelV4StreamPart> {
  let read: Awaited<ReturnType<PartReader["read"]>>;
  try {
    read = await reader.read();
  } catch (thrown) {
    throw run.failure(thrown);
  }
  if (run.clock.signal.aborted) throw run.failure(undefined);
  if (read.done) {
    const message = `${run.call.target.name} ended its stream without finishing the answer`;
    throw new ProviderUnavailable(message, run.place);
  }
  if (read.value.type === "error") throw run.failure(read.value.error);
  return read.value;
}

/** Reads what follows the finish, so that the connection can be used again; closes it when that takes too long. */
async function drain(run: AttemptRun, reader: PartReader): Promise<void> {
  const timer = setTimeout(() => run.clock.close(), closingLimitMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is whole; how its connection ends is nobody's loss.
  } finally {
    clearTimeout(timer);
  }
}
