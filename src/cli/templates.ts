/** A model for a new config, with what it needs. */
export interface Choice {
  /** The environment variable of its key. */
  readonly variable: string;
  readonly model: string;
  /** The package that speaks its protocol. */
  readonly package: string;
}

export function configText({ model, variable }: Choice): string {
  return `import { defineConfig } from "llm-seam";

// Which model serves which task, and under which policies. The key comes from ${variable}.
export default defineConfig({
  store: ".seam/seam.db",
  defaults: { deadline: "60s", retry: { attempts: 3 } },
  tasks: {
    summarize: {
      model: "${model}",
      // Asked when the model above fails: fallbacks: ["…"],
      settings: { maxOutputTokens: 1000 },
      cache: { ttl: "1d" },
    },
  },
});
`;
}

export function taskText(ending: string): string {
  return `import { createSeam } from "llm-seam";
import config from "../seam.config.${ending}";

const seam = createSeam(config);

/** Feature code knows its task and its prompt; models and policies are the config's business. */
export async function summarize(text: string): Promise<string> {
  const summary = await seam.complete("summarize", {
    system: "Summarize the customer's message in one sentence.",
    prompt: text,
    tags: { feature: "first-task" },
  });
  return summary.text;
}

console.log(
  await summarize("My order 4711 arrived twice, and was charged twice. Please take one back."),
);

await seam.close();
`;
}

/** Events hold prompts and answers, which are not for the repository. */
export const ignoreText = "*\n";
