import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^llm-seam$/, replacement: source("index.ts") },
      { find: /^llm-seam\/events$/, replacement: source("events.ts") },
      { find: /^llm-seam\/evals$/, replacement: source("evals/index.ts") },
      { find: /^llm-seam\/simulator$/, replacement: source("simulator/index.ts") },
    ],
  },
  test: {
    environment: "node",
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
    pool: "forks",
    isolate: true,
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    retry: 0,
    passWithNoTests: false,
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
