import type { SeamConfig, TaskConfig } from "llm-seam";

type Env = Readonly<Record<string, string | undefined>>;

/** The variables that hold a key, by provider. */
const keyVariables: Readonly<Record<string, string>> = {
  anthropic: "ANTHROPIC_API_KEY",
  openai: "OPENAI_API_KEY",
};

/** Said when there is no key to run with. */
export const missingKey = `--live needs a key: set ANTHROPIC_API_KEY or OPENAI_API_KEY, e.g.

  ANTHROPIC_API_KEY=… npm run demo -- --live
`;

/** The same config with only the models that there is a key for; `undefined` when a task has none left. */
export function liveConfig<Task extends string>(
  config: SeamConfig<Task>,
  env: Env,
): SeamConfig<Task> | undefined {
  const tasks = { ...config.tasks };
  for (const name of Object.keys(tasks) as Task[]) {
    const task = withKeysOf(env, tasks[name]);
    if (task === undefined) return undefined;
    tasks[name] = task;
  }
  return { ...config, tasks };
}

function withKeysOf(env: Env, task: TaskConfig): TaskConfig | undefined {
  const names = [task.model, ...(task.fallbacks ?? [])].filter(
    (model) => typeof model === "string",
  );
  const [model, ...fallbacks] = names.filter((name) => hasKey(name, env));
  return model === undefined ? undefined : { ...task, model, fallbacks };
}

function hasKey(model: string, env: Env): boolean {
  const variable = keyVariables[model.split("/")[0] ?? ""] ?? "";
  return (env[variable] ?? "") !== "";
}
