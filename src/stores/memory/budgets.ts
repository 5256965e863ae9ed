import type { BudgetStore } from "../../policies/budget/of-task.ts";

/** Without a file, what is used of budgets is known in this process alone, and forgotten with it. */
export const memoryBudgets: BudgetStore = { usedByOthers: () => undefined, tell: () => {} };
