import type { EvalHistory, EvalHistoryFilter, EvalRunRecord } from "../../state/eval-history.ts";
import type { Kept } from "./kept.ts";
import type { OpenFile } from "./open-file.ts";
import type { EvalRunRow } from "./schema.ts";
import { statementOf } from "./statements.ts";

/** The history of evals in the SQLite file; several processes may add to one. */
export function sqliteEvalHistory({ read, write }: Kept): EvalHistory {
  return {
    add: (run) => write((file) => add(file, run)),
    list: (suite, filter = {}) => read((file) => list(file, suite, filter)),
    find: (suite, id) => read((file) => find(file, suite, id)),
    suites: () => read(suites),
  };
}

function add({ db, connection }: OpenFile, run: EvalRunRecord): void {
  const row = toRow(run);
  const insert = db
    .insertInto("eval_runs")
    .values(row)
    .onConflict((conflict) => conflict.column("run").doUpdateSet(row));
  connection.run(statementOf(insert.compile()));
}

function list(
  { db, connection }: OpenFile,
  suite: string,
  { branch, last }: EvalHistoryFilter,
): EvalRunRecord[] {
  let query = db
    .selectFrom("eval_runs")
    .selectAll()
    .where("suite", "=", suite)
    .orderBy("started_at", "desc")
    .orderBy("run", "desc");
  if (branch !== undefined) query = query.where("branch", "=", branch);
  if (last !== undefined) query = query.limit(last);
  const rows = connection.all(statementOf(query.compile())) as unknown as EvalRunRow[];
  return rows.toReversed().map(toRecord);
}

function find({ db, connection }: OpenFile, suite: string, id: string): EvalRunRecord | undefined {
  // An empty variable of a script begins every id.
  if (id === "") return undefined;
  const query = db
    .selectFrom("eval_runs")
    .selectAll()
    .where("suite", "=", suite)
    .where(({ and, eb, or }) =>
      or(
        (["run", "commit_hash"] as const).map((name) =>
          and([eb(name, ">=", id), eb(name, "<", `${id}\u{10ffff}`)]),
        ),
      ),
    )
    .orderBy("started_at", "desc")
    .limit(1);
  const row = connection.first(statementOf(query.compile())) as EvalRunRow | undefined;
  return row && toRecord(row);
}

function suites({ db, connection }: OpenFile): string[] {
  const query = db.selectFrom("eval_runs").select("suite").distinct().orderBy("suite");
  return connection.all(statementOf(query.compile())).map((row) => String(row["suite"]));
}

function toRow(run: EvalRunRecord): EvalRunRow {
  const { startedAt, endedAt, commit, dirty, passed, metrics, costUsd, ...same } = run;
  return {
    ...same,
    started_at: startedAt,
    ended_at: endedAt,
    commit_hash: commit,
    dirty: Number(dirty),
    passed: Number(passed),
    metrics: JSON.stringify(metrics),
    cost_usd: costUsd,
  };
}

function toRecord(row: EvalRunRow): EvalRunRecord {
  const { started_at, ended_at, commit_hash, dirty, passed, reason, metrics, cost_usd, ...same } =
    row;
  return {
    ...same,
    startedAt: started_at,
    endedAt: ended_at,
    commit: commit_hash,
    dirty: dirty === 1,
    passed: passed === 1,
    reason: reason as EvalRunRecord["reason"],
    metrics: JSON.parse(metrics),
    costUsd: cost_usd,
  };
}
