import type { Spending } from "../../call/budget.ts";
import type { BudgetStore } from "../../policies/budget/of-task.ts";
import { newId } from "../../util/id.ts";
import { type OpenFile, statementsOf } from "./open-file.ts";
import type { WriteQueue } from "./write-queue.ts";

export interface SqliteBudgetsParts {
  readonly queue: WriteQueue;
  /** Settles when the file is open, or cannot be opened. */
  readonly opening: Promise<void>;
  readonly file: () => OpenFile | undefined;
}

/** How often windows that have ended are removed, while others are written. */
const sweepEveryMs = 60_000;

/** What each process has used of budgets: a row for each window and process, replaced as it grows. */
export function sqliteBudgets({ queue, opening, file }: SqliteBudgetsParts): BudgetStore {
  const writer = newId();
  /** Totals that wait to be written; a newer one takes their place. */
  const waiting = new Map<string, { total: Spending }>();
  let sweptAt = 0;

  function read(account: string, startsAt: number): Spending | undefined {
    const open = file();
    const row = open?.connection.first(open.statements.sumBudget(account, startsAt, writer));
    if (row === undefined) return undefined;
    const { cost_usd, tokens, requests } = row;
    return { costUsd: Number(cost_usd), tokens: Number(tokens), requests: Number(requests) };
  }

  function sweep(): void {
    const now = Date.now();
    if (now - sweptAt < sweepEveryMs) return;
    sweptAt = now;
    const statement = () => statementsOf(file()).dropEndedBudgets(now);
    queue.add({ kind: "spending", bytes: 0, statement });
  }

  return {
    usedByOthers: (account, startsAt) =>
      file() === undefined ? opening.then(() => read(account, startsAt)) : read(account, startsAt),
    tell: (account, { startsAt, endsAt }, total) => {
      const id = `${startsAt} ${account}`;
      const earlier = waiting.get(id);
      if (earlier !== undefined) {
        earlier.total = total;
        return;
      }
      const write = { total };
      const isTaken = queue.add({
        kind: "spending",
        bytes: 200,
        statement: () => {
          waiting.delete(id);
          const { costUsd, tokens, requests } = write.total;
          return statementsOf(file()).putBudget({
            account,
            starts_at: startsAt,
            ends_at: endsAt,
            writer,
            cost_usd: costUsd,
            tokens,
            requests,
          });
        },
      });
      if (isTaken) waiting.set(id, write);
      sweep();
    },
  };
}
