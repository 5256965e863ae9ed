import { defineConfig } from "llm-seam";

/** Where the events and the cached answers of the demo are kept. */
export const eventFile = ".seam/demo.db";

/** Far smaller than the model's, so that a short chat shows what becomes of the older turns; in tokens. */
export const chatWindow = 700;

/**
 * The platform owner's file: which model serves which task, and under which policies. A model, a limit or a cache is
 * changed here, and no feature notices.
 */
const config = defineConfig({
  tasks: {
    "sort-ticket": {
      model: "anthropic/claude-haiku-4-5",
      fallbacks: ["openai/gpt-4.1-mini"],
      settings: { maxOutputTokens: 400 },
      deadline: "20s",
    },
    "handover-note": {
      model: "anthropic/claude-haiku-4-5",
      fallbacks: ["openai/gpt-4.1-mini"],
      settings: { maxOutputTokens: 300 },
      deadline: "20s",
      // A team's allowance: what goes beyond it is refused by name, until the day (UTC) is over.
      budget: { requests: 12, window: "1d" },
    },
    "write-reply": {
      model: "anthropic/claude-sonnet-4-6",
      fallbacks: ["openai/gpt-4.1"],
      settings: { maxOutputTokens: 600 },
      deadline: "30s",
      // A reply that breaks off in the middle goes on where it broke.
      afterCommit: "resume",
    },
    // An agent: each of its runs is given tools and a grant by feature code, and is held to these limits.
    "refund-request": {
      model: "anthropic/claude-sonnet-4-6",
      fallbacks: ["openai/gpt-4.1"],
      settings: { maxOutputTokens: 400 },
      deadline: "20s",
      agent: { steps: 8, deadline: "2m", cost: 0.2, approvalTtl: "1d" },
      cache: false,
    },
    // A chat: its history is kept, and older turns go into a summary, which the task below writes.
    "support-chat": {
      model: "anthropic/claude-haiku-4-5",
      fallbacks: ["openai/gpt-4.1-mini"],
      settings: { maxOutputTokens: 300 },
      deadline: "20s",
      conversation: { window: chatWindow, summaryTokens: 150 },
      cache: false,
    },
    summarize: {
      model: "anthropic/claude-haiku-4-5",
      fallbacks: ["openai/gpt-4.1-mini"],
      settings: { maxOutputTokens: 300 },
      deadline: "20s",
      cache: false,
    },
    // Judges replies, in evals only.
    "judge-reply": {
      model: "anthropic/claude-sonnet-4-6",
      fallbacks: ["openai/gpt-4.1"],
      settings: { maxOutputTokens: 500, temperature: 0 },
      deadline: "30s",
    },
  },
  defaults: { cache: { ttl: "7d", namespace: "support-desk" } },
  store: eventFile,
});

/** The names of the tasks: a misspelt one does not compile. */
export type DeskTask = keyof typeof config.tasks;

export default config;
