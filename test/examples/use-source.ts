/** Preloaded into examples that tests start: `llm-seam` means the sources, so that no build is needed. */
import { registerHooks } from "node:module";

const doors: Readonly<Record<string, string>> = {
  "llm-seam": "index.ts",
  "llm-seam/evals": "evals/index.ts",
  "llm-seam/events": "events.ts",
  "llm-seam/simulator": "simulator/index.ts",
};

registerHooks({
  resolve(specifier, context, next) {
    const door = doors[specifier];
    if (door === undefined) return next(specifier, context);
    return { url: new URL(`../../src/${door}`, import.meta.url).href, shortCircuit: true };
  },
});
