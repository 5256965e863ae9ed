import { type RemovedLink, type RunResult, SeamError } from "llm-seam";
import type { Desk } from "../features.ts";
import { refundAgent } from "./refund-agent.ts";
import { type RefundRequest, refundRequests, teamLead } from "./requests.ts";
import { Shop } from "./shop.ts";

/** What became of one request. */
export interface RefundOutcome {
  readonly customer: string;
  readonly shows: string;
  /** The tools that were asked for, and what became of each. */
  readonly tools: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly reason: string | null;
    readonly input: unknown;
  }[];
  /** Who had to agree, where somebody had to. */
  readonly approvedBy: string | null;
  readonly answer: string;
  /** Links that were taken out of the answer. */
  readonly removed: readonly RemovedLink[];
  /** The id for `seam agent trace`; `null` after an error. */
  readonly runId: string | null;
}

/** All requests, one after another: the second one for an order must see what the first was paid. */
export async function handleRefunds(desk: Desk): Promise<RefundOutcome[]> {
  const shop = new Shop();
  const outcomes: RefundOutcome[] = [];
  for (const request of refundRequests) outcomes.push(await handle(desk, shop, request));
  return outcomes;
}

async function handle(
  desk: Desk,
  shop: Shop,
  { customer, shows, text }: RefundRequest,
): Promise<RefundOutcome> {
  let approvedBy: string | null = null;
  const agent = refundAgent(desk, shop, customer, (approval) => {
    const decision = teamLead(approval);
    approvedBy = decision.by;
    return decision;
  });
  try {
    const run = await agent.run({
      prompt: `${customer} has written. Do what can be done, and answer.`,
      documents: [{ title: "ticket", text }],
      signal: desk.signal,
    });
    return { customer, shows, approvedBy, ...answerOf(run), tools: toolsOf(run.steps) };
  } catch (error) {
    if (!SeamError.is(error)) throw error;
    const answer = `${error.code}: ${error.summary}`;
    const tools = toolsOf(error.steps ?? []);
    return { customer, shows, approvedBy, answer, removed: [], tools, runId: null };
  }
}

function answerOf(run: RunResult): Pick<RefundOutcome, "answer" | "removed" | "runId"> {
  const { runId } = run;
  return run.outcome === "answered"
    ? { runId, answer: run.text, removed: run.removed }
    : { runId, answer: "waits for approval", removed: [] };
}

function toolsOf(steps: RunResult["steps"]): RefundOutcome["tools"] {
  return steps
    .flatMap(({ toolCalls }) => toolCalls)
    .map(({ name, outcome, reason, input }) => ({ name, outcome, reason, input }));
}
