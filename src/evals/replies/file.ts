import { z } from "zod";
import { ConfigError } from "../../errors.ts";
import { readCommitted, writeCommitted } from "../committed-file.ts";
import { type RecordedReplies, type RecordedReply, recordedFinishes } from "./recorded.ts";

const reply = z.object({ text: z.string(), finish: z.enum(recordedFinishes).default("stop") });

const file = {
  name: "recorded replies",
  writtenBy: "seam eval --record",
  head: z.object({ type: z.literal("replies"), format: z.literal(1), suite: z.string() }),
  row: z.object({
    case: z.string(),
    replies: z.record(z.string(), z.array(reply.nullable())),
  }),
};

/** @throws ConfigError where the file cannot be written */
export async function writeReplies(
  path: string,
  suite: string,
  replies: RecordedReplies,
): Promise<void> {
  const rows = [...replies]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([id, tasks]) => ({
      case: id,
      replies: Object.fromEntries([...tasks].map(([task, list]) => [task, list.map(shortened)])),
    }));
  await writeCommitted(path, file, [{ type: "replies", format: 1, suite }, ...rows]);
}

/** Most end as they should: it need not be said. */
function shortened(reply: RecordedReply | null): unknown {
  return reply?.finish === "stop" ? { text: reply.text } : reply;
}

/** @throws ConfigError which names the line that is none */
export async function readReplies(path: string, suite: string): Promise<RecordedReplies> {
  const { head, rows } = await readCommitted(path, file);
  if (head.suite !== suite) {
    throw new ConfigError({
      summary: `${path}, line 1 is of another suite: ${JSON.stringify(head.suite)}`,
      advice: "Write the file anew with `seam eval --record`.",
    });
  }
  return new Map(
    [...rows].map(([id, { replies }]) => [id, new Map(Object.entries(replies))] as const),
  );
}
