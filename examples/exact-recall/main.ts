/**
 * Exact recall: a price is looked up, not asked. The rule answers what the table holds; only what it cannot answer goes
 * to the model. Run it with `npm run example:exact-recall`. The model is a simulator; no quality is claimed.
 */
import { createSeam } from "llm-seam";
import { startSimulator } from "llm-seam/simulator";
import { articleIn, prices } from "./prices.ts";

const simulator = await startSimulator();
const seam = createSeam({
  store: false,
  providers: { anthropic: { baseURL: simulator.baseURL, apiKey: "not-a-key" } },
  tasks: { "answer-question": { model: "anthropic/claude-haiku-4-5" } },
});

for (const question of [
  "What does article 4711 cost?",
  "How much is 0815, please?",
  "Which of your lamps suits a small kitchen?",
]) {
  const { text, source, cost } = await seam.complete("answer-question", {
    prompt: question,
    rule: () => {
      const price = prices.get(articleIn(question) ?? "");
      return price === undefined ? undefined : `It costs ${price.toFixed(2)} EUR.`;
    },
  });
  console.log(`${question}\n  ${source}: ${text} (cost $${cost ?? "?"})`);
}
console.log(`Requests to a model: ${simulator.requests.length} of 3.`);

await seam.close();
await simulator.close();
