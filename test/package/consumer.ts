import * as door from "llm-seam";
import { createSeam, defineConfig } from "llm-seam";
import * as events from "llm-seam/events";
import { simulatedModel } from "llm-seam/simulator";

const model = simulatedModel({ script: { replies: [{ reply: "Good morning!" }] } });

const seam = createSeam(
  defineConfig({ store: false, tasks: { greet: { model, deadline: "5s" } } }),
);

const result = await seam.complete("greet", { prompt: "Say good morning." });
const text: string = result.text;

export function misspelt(): unknown {
  // @ts-expect-error: the task is called "greet"
  return seam.complete("gret", { prompt: "Say good morning." });
}

await seam.close();
console.log(text);
console.log(
  Object.keys(door).length > 0 && Object.keys(events).length > 0 ? "doors open" : "empty",
);
