import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeam, defineConfig } from "llm-seam";
import { type OpenPeer, request } from "./peer.ts";

/** The seam with every policy on: limits, cache, a fallback, retries, prices, tags, and events in a SQLite file. */
export const openSeam: OpenPeer = (url) => {
  const folder = mkdtempSync(join(tmpdir(), "seam-bench-"));
  const seam = createSeam(
    defineConfig({
      providers: { anthropic: { apiKey: request.apiKey, baseURL: `${url}/v1` } },
      store: join(folder, "seam.db"),
      defaults: {
        deadline: "60s",
        attempt: { total: "45s", headers: "20s", firstToken: "20s", silence: "10s" },
        retry: { attempts: 3 },
        cache: { ttl: "1h" },
      },
      tasks: {
        answer: {
          model: `anthropic/${request.model}`,
          fallbacks: ["anthropic/claude-sonnet-4-6"],
          settings: { maxOutputTokens: request.maxTokens },
        },
      },
    }),
  );
  const ask = (prompt: string) => ({
    prompt,
    system: request.system,
    tags: { user: "bench", feature: "answer" },
  });
  return {
    complete: async (prompt) => (await seam.complete("answer", ask(prompt))).text,
    async stream(prompt) {
      let pieces = 0;
      for await (const _text of seam.stream("answer", ask(prompt))) pieces++;
      return pieces;
    },
    settle: () => seam.flush(),
    async close() {
      await seam.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
