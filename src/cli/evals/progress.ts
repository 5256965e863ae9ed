import type { TrialRecord } from "../../evals/run/records.ts";
import type { Suite } from "../../evals/suite/suite.ts";
import { oneLine } from "../output/clean.ts";
import { count, time, usd } from "../output/format.ts";
import { progressLine } from "../output/progress.ts";
import { note } from "../output/terminal.ts";

const barWidth = 20;
/** Later ones are in the report. */
const mostFailures = 20;
const mostCharacters = 100;

/** How far a run is, for who looks at the terminal: a line that is written over, and failures as they come. */
export class RunProgress {
  readonly #suite: Suite;
  readonly #line = progressLine();
  readonly #startedAt = performance.now();
  #total: number | null = null;
  #before = 0;
  #done = 0;
  #failures = 0;
  spentUsd = 0;

  constructor(suite: Suite) {
    this.#suite = suite;
  }

  /** @param before trials that were there already */
  begin(total: number | null, before: number): void {
    this.#total = total;
    this.#before = before;
  }

  add(row: TrialRecord): void {
    this.#done++;
    const failure = failureOf(row, this.#suite);
    if (failure !== undefined && process.stderr.isTTY === true) this.#tell(failure);
    this.#line.show(this.#text());
  }

  end(): void {
    this.#line.clear();
  }

  #tell(failure: string): void {
    if (this.#failures++ > mostFailures) return;
    this.#line.clear();
    note(this.#failures > mostFailures ? "Further failures are in the report." : failure);
  }

  #text(): string {
    const done = this.#before + this.#done;
    const parts = [`${this.#suite.name} ${this.#bar(done)}`, this.#eta(done)];
    if (this.spentUsd > 0) parts.push(usd(this.spentUsd));
    if (this.#failures > 0) parts.push(`${count(this.#failures)} failed`);
    return parts.filter((part) => part !== "").join(" · ");
  }

  #bar(done: number): string {
    if (this.#total === null || this.#total === 0) return `${count(done)} trials`;
    const filled = Math.min(barWidth, Math.round((done / this.#total) * barWidth));
    const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
    return `${bar} ${count(done)}/${count(this.#total)}`;
  }

  #eta(done: number): string {
    if (this.#total === null) return "";
    const eachMs = (performance.now() - this.#startedAt) / this.#done;
    return `${time(eachMs * Math.max(0, this.#total - done))} left`;
  }
}

function failureOf(row: TrialRecord, { metrics }: Suite): string | undefined {
  const at = `✗ ${oneLine(row.case)}`;
  if (row.error !== null) return short(`${at}  ${row.error.code}: ${row.error.message}`);
  for (const { name, passAt } of metrics) {
    const said = row.scores[name];
    if (said === undefined) continue;
    if (said.fault !== null) return short(`${at}  ${name} failed: ${said.fault}`);
    if (said.score !== null && said.score < passAt)
      return short(`${at}  ${name} ${Number(said.score.toFixed(3))}  ${said.reason ?? ""}`);
  }
  return undefined;
}

function short(text: string): string {
  const line = oneLine(text.slice(0, 4 * mostCharacters)).trimEnd();
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters - 1)}…`;
}
