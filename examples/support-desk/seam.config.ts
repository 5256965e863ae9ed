import { defineConfig } from "llm-seam";

/** Where the events and the cached answers of the demo are kept. */
export const eventFile = ".seam/demo.db";

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
  },
  defaults: { cache: { ttl: "7d", namespace: "support-desk" } },
  store: eventFile,
});

/** The names of the tasks: a misspelt one does not compile. */
export type DeskTask = keyof typeof config.tasks;

export default config;
