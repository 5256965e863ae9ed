import { dirname, join } from "node:path";
import { readReplies, writeReplies } from "../../evals/replies/file.ts";
import type { RecordedReplies } from "../../evals/replies/recorded.ts";
import { type LeftOut, ReplyRecorder } from "../../evals/replies/recorder.ts";
import { openCases } from "../../evals/suite/cases.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import { shortPath } from "../find-store.ts";
import { counted } from "../output/format.ts";
import { note } from "../output/terminal.ts";
import { isFile } from "./find-baseline.ts";

/** The file beside the eval file that a suite is checked against. */
export function repliesPath({ suite, file }: LoadedSuite): string {
  return join(dirname(file), `${suite.name}.replies.jsonl`);
}

/** The replies that are recorded of a suite; `undefined` where there is no file. */
export async function committedReplies(loaded: LoadedSuite): Promise<RecordedReplies | undefined> {
  const path = repliesPath(loaded);
  return (await isFile(path)) ? await readReplies(path, loaded.suite.name) : undefined;
}

/** Cases of a suite that are tried without a model. */
export const dryCases = 50;

/** Records the replies to the cases that are tried without a model. */
export async function recorderOf(
  { suite, file }: LoadedSuite,
  signal: AbortSignal,
): Promise<ReplyRecorder> {
  const { cases } = await openCases(suite, { sample: dryCases }, { folder: dirname(file), signal });
  const ids = new Set<string>();
  for await (const { id } of cases) ids.add(id);
  return new ReplyRecorder(ids);
}

export async function keepReplies(loaded: LoadedSuite, recorder: ReplyRecorder): Promise<void> {
  const { replies, leftOut } = recorder.recorded();
  const path = repliesPath(loaded);
  await writeReplies(path, loaded.suite.name, replies);
  const lists = [...replies.values()].flatMap((tasks) => [...tasks.values()]);
  const count = lists.flat().filter((reply) => reply !== null).length;
  const what = `${count === 1 ? "1 reply" : `${count} replies`} of ${counted(replies.size, "case")}`;
  note(`${shortPath(path)} holds ${what}, for \`seam eval --check\`. Commit it.`);
  const reasons = [...leftOut].map(([why, times]) => `${times} ${words[why]}`);
  if (reasons.length > 0)
    note(`Not recorded, and simulated in a check, are ${reasons.join("; ")}.`);
}

const words: Readonly<Record<LeftOut, string>> = {
  content: "of tasks that do not keep content in full",
  tools: "that call tools or come after one that does",
  form: "that are not text alone",
  failed: "of calls that failed",
  size: "that are too large",
};
