import { once } from "node:events";
import { Troubles } from "../../src/call/troubles.ts";
import { hashOfCall } from "../../src/patterns/agent/gate/call-hash.ts";
import { openSqliteStore } from "../../src/stores/sqlite/store.ts";
import { requestOf, runOf } from "../state/run-stores.ts";

/** A process of its own that works on stored runs, once it is told to by a line: `runs-child.ts FILE WORK NAME`. */
const [file = "", work = "", name = ""] = process.argv.slice(2);

const { runs, close } = openSqliteStore(file, new Troubles(), { retentionMs: false });
const leaseMs = work === "hold" ? 4_000 : 600_000;
const tell = (line: string): boolean => process.stdout.write(`${line}\n`);

await runs.segments("run-1");
tell("ready");
await once(process.stdin, "data");

if (work === "claim") tell((await runs.claim("run-1", name, leaseMs)).kind);
if (work === "decide") {
  const decided = await runs.decide("approval-1", { approved: true, by: name, note: null });
  tell(decided.kind);
}
if (work === "hold") {
  tell((await runs.claim("run-1", name, leaseMs)).kind);
  setInterval(() => {}, 1_000);
}
if (work === "pause") {
  const snapshot = "x".repeat(200_000);
  for (let number = 0; ; number++) {
    const id = `run-${name}-${number}`;
    const requests = ["a", "b", "c"].map((part) => {
      const input = { part, number };
      const inputHash = hashOfCall("refund", input);
      return requestOf({ id: `${id}-${part}`, runId: id, input: JSON.stringify(input), inputHash });
    });
    await runs.pause(runOf({ id, snapshot }), requests, null);
    tell(id);
  }
}
process.stdin.destroy();
await close();
