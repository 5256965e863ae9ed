import { setImmediate } from "node:timers/promises";
import { createSeam } from "../../src/index.ts";
import { simulatedModel } from "../../src/simulator/index.ts";

/** A process of its own that makes calls and ends in the way it is told: `child.ts FILE ENDING CALLS`. */
const [file = "", ending = "", calls = "0"] = process.argv.slice(2);

const seam = createSeam({
  tasks: { ask: { model: simulatedModel(), cache: true } },
  store: file,
});
const ask = (number: number): Promise<unknown> =>
  seam.complete("ask", { prompt: `${process.pid}: question ${number}` });

if (ending === "handler") {
  process.on("SIGTERM", () => {
    void ask(-1).then(() => {
      process.stdout.write("own handler\n");
      process.exit(7);
    });
  });
}

for (let number = 0; number < Number(calls); number++) {
  await ask(number);
  if (ending !== "kill") continue;
  process.stdout.write(`${number + 1}\n`);
  await setImmediate();
}
process.stdout.write("ready\n");

if (ending === "exit") process.exit(3);
if (ending === "throw") throw new Error("the application failed");
if (ending === "close") await seam.close();
if (ending === "signal" || ending === "handler" || ending === "kill") {
  setInterval(() => {}, 1_000);
}
