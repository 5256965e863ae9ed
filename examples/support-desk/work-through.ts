import { type ErrorCode, SeamError } from "llm-seam";
import { type Desk, sortTicket, type TicketRecord, writeHandover, writeReply } from "./features.ts";
import type { Progress } from "./progress.ts";
import type { Ticket } from "./read-tickets.ts";

/** What is done with a ticket, in this order. */
export type Step = "sort" | "note" | "reply";

/** A step that ended with an error. */
export interface Failure {
  readonly step: Step;
  readonly code: ErrorCode | "Aborted";
  readonly message: string;
}

/** Everything that became of a ticket. */
export interface Outcome {
  readonly ticket: Ticket;
  record?: TicketRecord;
  note?: string;
  reply?: string;
  readonly failures: Failure[];
}

/** What a pass over the tickets tells those who watch. */
export interface Watcher {
  /** A step begins; the progress is told of every ticket that is done. */
  begin(step: Step, tickets: number): Progress;
}

/** How many tickets are worked on at a time. */
const concurrency = 12;

/** Sorts all tickets; then writes a note for those that a person must see, and replies. */
export async function workThrough(
  tickets: readonly Ticket[],
  desk: Desk,
  watcher: Watcher,
): Promise<Outcome[]> {
  const outcomes = tickets.map((ticket): Outcome => ({ ticket, failures: [] }));

  await takeStep("sort", outcomes, async (outcome) => {
    outcome.record = await sortTicket(desk, outcome.ticket);
    return outcome.record.summary;
  });

  const escalated = outcomes.filter(({ record }) => record?.escalate);
  await takeStep("note", escalated, async (outcome) => {
    outcome.note = await writeHandover(desk, outcome.ticket);
    return outcome.note;
  });

  const waiting = outcomes.filter(({ record }) => record?.needsReply);
  await takeStep("reply", waiting, async (outcome, progress) => {
    outcome.reply = await writeReply(desk, outcome.ticket, progress.show);
    return outcome.reply;
  });

  return outcomes;

  async function takeStep(
    step: Step,
    chosen: readonly Outcome[],
    work: (outcome: Outcome, progress: Progress) => Promise<string>,
  ): Promise<void> {
    const progress = watcher.begin(step, chosen.length);
    await eachOf(chosen, async (outcome) => {
      try {
        progress.done(await work(outcome, progress));
      } catch (error) {
        outcome.failures.push(failureOf(step, error, desk.signal));
        progress.done();
      }
    });
    progress.end();
  }
}

/** True when every step that a ticket needed has ended with a result or a named error. */
export function isAccountedFor({ record, note, reply, failures }: Outcome): boolean {
  const failed = new Set(failures.map(({ step }) => step));
  if (failures.some(({ code }) => code === "Aborted")) return false;
  if (record === undefined) return failed.has("sort");
  const hasNote = !record.escalate || note !== undefined || failed.has("note");
  const hasReply = !record.needsReply || reply !== undefined || failed.has("reply");
  return hasNote && hasReply;
}

/** The error by its name; one that is neither the seam's nor our own abort is a bug, and is not swallowed. */
function failureOf(step: Step, error: unknown, signal: AbortSignal): Failure {
  if (SeamError.is(error)) return { step, code: error.code, message: error.summary };
  if (signal.aborted) return { step, code: "Aborted", message: "the demo's time was up" };
  throw error;
}

/** Works on a few items at a time. */
async function eachOf<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
