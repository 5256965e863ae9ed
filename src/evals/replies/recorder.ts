import { textOf } from "../../call/assemble.ts";
import type { CallEvent } from "../../call/event.ts";
import type { CallTrace } from "../../call/scope.ts";
import { redactSecrets } from "../../redact/secret.ts";
import { evalDefaults } from "../defaults.ts";
import type { CallsOf } from "../run/listen.ts";
import {
  type RecordedReplies,
  type RecordedReply,
  type RepliesOfCase,
  recordedFinishes,
} from "./recorded.ts";

/**
 * Why a reply is not recorded. `content`: its task does not keep content in full. `tools`: it calls tools, or comes after
 * one that does. `form`: it holds files, or what is no text otherwise. `failed`: there was no whole reply. `size`: the
 * replies of its case are too large.
 */
export type LeftOut = "content" | "tools" | "form" | "failed" | "size";

interface Answered {
  readonly startedAt: number;
  readonly reply: RecordedReply | LeftOut;
}

/** Keeps how the calls of each case's first trial were answered. */
export class ReplyRecorder {
  readonly #cases: ReadonlySet<string>;
  readonly #answered = new Map<string, Map<string, Answered[]>>();

  /** @param cases those whose replies are kept */
  constructor(cases: ReadonlySet<string>) {
    this.#cases = cases;
  }

  add(
    event: CallEvent,
    { case: id, trial, metric }: CallsOf,
    { prompt, startedAt, mayBeKept }: CallTrace,
  ): void {
    if (metric !== null || trial !== 1 || !this.#cases.has(id)) return;
    // What a rule answers, it will answer again.
    if (prompt === null || startedAt === null || event.source === "rule") return;
    const ofCase = this.#answered.get(id) ?? new Map<string, Answered[]>();
    const ofTask = ofCase.get(event.task) ?? [];
    ofTask.push({ startedAt, reply: mayBeKept ? replyOf(event) : "content" });
    this.#answered.set(id, ofCase.set(event.task, ofTask));
  }

  /** What was kept, and how many replies were not, by the reason. */
  recorded(): {
    readonly replies: RecordedReplies;
    readonly leftOut: ReadonlyMap<LeftOut, number>;
  } {
    const leftOut = new Map<LeftOut, number>();
    const leaveOut = (why: LeftOut): null => {
      leftOut.set(why, (leftOut.get(why) ?? 0) + 1);
      return null;
    };
    const cases = [...this.#answered].map(([id, ofCase]) => [id, kept(ofCase, leaveOut)] as const);
    return { replies: new Map(cases.filter(([, tasks]) => tasks.size > 0)), leftOut };
  }
}

function kept(
  ofCase: ReadonlyMap<string, readonly Answered[]>,
  leaveOut: (why: LeftOut) => null,
): RepliesOfCase {
  const tasks = new Map<string, (RecordedReply | null)[]>();
  let room: number = evalDefaults.replies.characters;
  for (const [task, answered] of [...ofCase].sort(([one], [other]) => (one < other ? -1 : 1))) {
    // Calls that ran side by side have ended in any order.
    const inOrder = answered.toSorted((one, other) => one.startedAt - other.startedAt);
    let isAfterTools = false;
    const replies = inOrder.map(({ reply }) => {
      isAfterTools ||= reply === "tools";
      // Without a tool's result fewer calls are made, so that the later ones are not the same.
      if (isAfterTools) return leaveOut("tools");
      if (typeof reply === "string") return leaveOut(reply);
      if (reply.text.length > room) return leaveOut("size");
      room -= reply.text.length;
      return reply;
    });
    const length = replies.findLastIndex((reply) => reply !== null) + 1;
    if (length > 0) tasks.set(task, replies.slice(0, length));
  }
  return tasks;
}

function replyOf(event: CallEvent): RecordedReply | LeftOut {
  const { response } = event;
  const ending = endingOf(event);
  if (ending === "tool-calls" || response?.some(({ type }) => type.startsWith("tool-")))
    return "tools";
  const finish = recordedFinishes.find((known) => known === ending);
  if (response === null || finish === undefined) return "failed";
  if (!response.every(({ type }) => ["text", "reasoning", "source"].includes(type))) return "form";
  const text = textOf(response);
  if (text.length > evalDefaults.replies.characters) return "size";
  return { text: redactSecrets(text), finish };
}

/** How a reply has ended, also one that was whole and not accepted. */
function endingOf({ errorCode, finishReason }: CallEvent): string | null {
  switch (errorCode) {
    case "InvalidOutput":
      return "stop";
    case "Truncated":
      return "length";
    case "Refused":
      return "content-filter";
    default:
      return errorCode === null ? finishReason : null;
  }
}
