import { appendFileSync } from "node:fs";
import { createSeam, defineTool } from "llm-seam";
import { z } from "zod";

/**
 * A process of its own with a refund agent: `refund-child.ts FILE BASE_URL LEDGER run|resume|resume-slowly [RUN_ID]`. Says
 * what became of the run as JSON; payments are lines of the ledger.
 */
const [store = "", baseURL = "", ledger = "", work = "", runId = ""] = process.argv.slice(2);

await using seam = createSeam({
  store,
  providers: { anthropic: { baseURL, apiKey: "test-key" } },
  tasks: { refunds: { model: "anthropic/claude-haiku-4-5", agent: { approvalTtl: "1h" } } },
});

const refund = defineTool({
  description: "Pays an amount back.",
  effect: "irreversible",
  trusted: true,
  inputSchema: z.object({
    orderId: z.string(),
    amount: z.number(),
    due: z.string().transform((text) => new Date(text)),
  }),
  execute: async ({ orderId, amount }, { idempotencyKey }) => {
    appendFileSync(ledger, `${idempotencyKey} ${orderId} ${amount}\n`);
    process.stdout.write("paying\n");
    if (work === "resume-slowly") await new Promise((resume) => setTimeout(resume, 20_000));
    return "paid";
  },
});

const agent = seam.agent("refunds", { tools: { refund }, grant: { tools: { refund: true } } });
try {
  const run = await (work === "run" ? agent.run({ prompt: "Refund A-1." }) : agent.resume(runId));
  const { outcome } = run;
  const text = run.outcome === "answered" ? run.text : null;
  process.stdout.write(`${JSON.stringify({ outcome, runId: run.runId, text })}\n`);
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  process.stdout.write(`${JSON.stringify({ outcome: "failed", code, message })}\n`);
}
