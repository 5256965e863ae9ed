import { type BudgetLimit, type BudgetUse, noSpending, type Spending } from "../../call/budget.ts";
import type { Call } from "../../call/call.ts";
import type { Troubles } from "../../call/troubles.ts";
import { within } from "../../util/abort.ts";
import { estimateOf, type Settlement } from "./estimate.ts";
import { type Account, BudgetLedger, type Reservation } from "./ledger.ts";
import { BudgetQueue, budgetExceeded } from "./queue.ts";

/**
 * Shares what is used of budgets with other processes, and with later ones. Each keeps its own total of a window; so
 * one that is told twice, or late, is not counted twice.
 */
export interface BudgetStore {
  /** What all others have used in the window that begins then, as far as they have told. */
  usedByOthers(
    account: string,
    startsAt: number,
  ): Spending | undefined | Promise<Spending | undefined>;
  /** Keeps this process's own total of the window, in place of what it told before; until the window has ended. */
  tell(account: string, window: BudgetWindow, total: Spending): void | Promise<void>;
}

/** From when to when, in milliseconds since the epoch. */
export interface BudgetWindow {
  readonly startsAt: number;
  readonly endsAt: number;
}

/** How old the others' total may be before it is read again, while calls come. */
const refreshMs = 1_000;
/** The longest a call waits for the others' total at a window's first use; then it goes on with its own. */
const slowestReadMs = 500;

/** The budgets of all tasks of a seam. */
export class Budgets {
  readonly #store: BudgetStore;
  readonly #troubles: Troubles;
  readonly #tasks = new Map<string, TaskBudget>();

  constructor(store: BudgetStore, troubles: Troubles) {
    this.#store = store;
    this.#troubles = troubles;
  }

  of(task: string, limits: readonly BudgetLimit[]): TaskBudget {
    let budget = this.#tasks.get(task);
    if (budget === undefined) {
      budget = new TaskBudget(task, limits, this.#store, this.#troubles);
      this.#tasks.set(task, budget);
    }
    return budget;
  }
}

/** The budget of one task: its ledger, the calls that wait for room in it, and what other processes use of it. */
export class TaskBudget {
  readonly #task: string;
  readonly #needsEstimate: boolean;
  readonly #ledger: BudgetLedger;
  readonly #queue: BudgetQueue;
  readonly #store: BudgetStore;
  readonly #troubles: Troubles;
  /** The last read of each account, by the length of its window. */
  readonly #reads = new Map<number, { startsAt: number; at: number; done: Promise<void> }>();

  constructor(
    task: string,
    limits: readonly BudgetLimit[],
    store: BudgetStore,
    troubles: Troubles,
  ) {
    this.#task = task;
    this.#needsEstimate = limits.some(({ kind }) => kind === "cost" || kind === "tokens");
    this.#ledger = new BudgetLedger(limits);
    this.#queue = new BudgetQueue(this.#ledger, () => this.#refresh());
    this.#store = store;
    this.#troubles = troubles;
  }

  async enter(call: Call): Promise<Reservation> {
    await this.#refresh();
    const estimate = this.#needsEstimate ? estimateOf(call) : { ...noSpending, requests: 1 };
    return this.#queue.enter(estimate, call);
  }

  /**
   * Holds one more request for a call that has spent this so far, in the place of what it held.
   *
   * @throws BudgetExceeded when there is no room for it
   */
  extend(older: Reservation, spent: Spending, call: Call): Reservation {
    const longer = this.#ledger.reservationFor(older.estimate, spent);
    const [obstacle] = this.#ledger.obstaclesTo(longer, Date.now(), older);
    if (obstacle !== undefined) throw budgetExceeded(obstacle.use, call);
    this.#ledger.release(older);
    this.#ledger.reserve(longer);
    this.#queue.pump();
    return longer;
  }

  leave(reservation: Reservation, settlement: Settlement): void {
    const now = Date.now();
    this.#ledger.settle(reservation, settlement, now);
    for (const account of this.#ledger.accountsAt(now)) void this.#tell(account);
    this.#queue.pump();
  }

  async uses(): Promise<BudgetUse[]> {
    await this.#refresh();
    return this.#ledger.usesAt(Date.now());
  }

  /** Reads what others have used where that is due; waits for it where nothing is known yet. */
  async #refresh(): Promise<void> {
    const now = Date.now();
    const unknown: Promise<void>[] = [];
    for (const account of this.#ledger.accountsAt(now)) {
      const { windowMs, startsAt, others } = account;
      let read = this.#reads.get(windowMs);
      if (read?.startsAt !== startsAt || now - read.at >= refreshMs) {
        read = { startsAt, at: now, done: this.#read(account) };
        this.#reads.set(windowMs, read);
      }
      if (others === undefined) unknown.push(read.done);
    }
    if (unknown.length > 0) await Promise.all(unknown);
  }

  async #read(account: Account): Promise<void> {
    const { startsAt } = account;
    let others: Spending | undefined;
    try {
      const read = this.#store.usedByOthers(this.#keyOf(account), startsAt);
      others = await within(slowestReadMs, read);
    } catch (error) {
      this.#troubles.note("What other processes use of budgets could not be read", error);
      others = account.others;
    }
    if (account.startsAt === startsAt) account.others = others ?? noSpending;
  }

  async #tell(account: Account): Promise<void> {
    const { startsAt, windowMs, own } = account;
    try {
      const window = { startsAt, endsAt: startsAt + windowMs };
      await this.#store.tell(this.#keyOf(account), window, own);
    } catch (error) {
      this.#troubles.note("What is used of budgets could not be kept", error);
    }
  }

  #keyOf({ windowMs }: Account): string {
    return `${windowMs} ${this.#task}`;
  }
}
