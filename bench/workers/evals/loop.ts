import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { madeCases, sorted, tellPeakAtExit } from "./made-cases.ts";

/** The least that an eval can do: run, compare, write a row, and a mean at the end. */
tellPeakAtExit();
const file = createWriteStream("rows.jsonl");
let cases = 0;
let right = 0;
for (const { id, input, expected, metadata } of madeCases()) {
  const output = sorted(input);
  const score = output.category === expected.category ? 1 : 0;
  cases++;
  right += score;
  if (!file.write(`${JSON.stringify({ id, input, expected, metadata, output, score })}\n`)) {
    await once(file, "drain");
  }
}
file.end();
await once(file, "finish");
console.log(right / cases);
