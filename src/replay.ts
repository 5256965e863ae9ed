import type { CallEvent } from "./call/event.ts";
import { type ModelRequest, mergeSettings, withSettings } from "./call/request.ts";
import { checkSettings } from "./config/check.ts";
import { resolveConfig } from "./config/resolve.ts";
import { targetsWithRefs } from "./config/target-refs.ts";
import type { SeamConfig, Settings, TaskConfig } from "./config/types.ts";
import { ConfigError } from "./errors.ts";
import type { ModelRef } from "./providers/types.ts";
import { startRuntime } from "./runtime.ts";

export interface ReplayOptions {
  /** Sends it as a call of this task. Default: its own. */
  readonly task?: string | undefined;
  /** Asks this target, `provider/model`. Default: the one that answered; where none did, the first one. */
  readonly model?: string | undefined;
  /** Settings that win over the recorded ones. */
  readonly settings?: Settings | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a recorded call again: the same messages, tools, format and settings, to one target, without cache, rule or
 * fallbacks. It leaves an event of its own with the tag `replay_of`, whose id is returned once it is written.
 *
 * @throws ConfigError when it is a run of an agent or a call of a tool, when its content was not kept in full, or its
 * task is not in the config; SeamError as any call
 */
export async function replay(
  config: SeamConfig,
  event: CallEvent,
  options: ReplayOptions = {},
): Promise<string> {
  if (event.pattern === "tool" || event.pattern === "agent") throw notOneCall(event);
  if (event.content !== "full") throw notKept(event);
  const name = options.task ?? event.task;
  const task = taskOf(config, name);
  const model = refOf(config, name, options.model ?? event.answeredBy ?? event.target);
  const runtime = startRuntime(
    resolveConfig({ ...config, tasks: { [name]: { ...task, ...asRecorded, model } } }),
  );
  try {
    const call = runtime.prepare({
      task: name,
      pattern: "model",
      mode: "generate",
      request: requestOf(event, options.settings),
      tags: { replay_of: event.id },
      signal: options.signal,
    });
    await runtime.generate(call);
    return call.id;
  } finally {
    await runtime.close();
  }
}

/** Whatever else would change the request, or answer it. */
const asRecorded = {
  rule: undefined,
  fallbacks: undefined,
  canary: undefined,
  settings: undefined,
  hedge: false,
  cache: false,
  compress: false,
} as const satisfies Partial<TaskConfig>;

/** What tools have done to the world must not be done again for a look. */
function notOneCall({ id, task, pattern }: CallEvent): ConfigError {
  const what = pattern === "tool" ? "a call of an agent's tool" : "a run of an agent";
  return new ConfigError(
    {
      summary: `${id} is ${what}, which is not sent again`,
      advice: `Send one of the model's steps: \`seam agent trace ${id} --json\` has their ids.`,
    },
    { task },
  );
}

function notKept({ id, task, content }: CallEvent): ConfigError {
  const state = content === "none" ? "left out" : "redacted";
  return new ConfigError(
    {
      summary: `The call ${id} cannot be sent again: its content was ${state} before it was stored`,
      advice: 'Only calls of tasks with `content: "full"` hold what was asked.',
    },
    { task },
  );
}

function taskOf({ tasks }: SeamConfig, name: string): TaskConfig {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task !== undefined) return task;
  throw new ConfigError({
    summary: `The config has no task ${JSON.stringify(name)}`,
    advice: `Send it as another one: ${Object.keys(tasks).join(", ")}.`,
  });
}

/** A target's name, or the model itself where the config has an instance that goes by it. */
function refOf(config: SeamConfig, task: string, wanted: string): ModelRef {
  const rules = resolveConfig(config).tasks.get(task);
  const known = rules === undefined ? [] : targetsWithRefs(taskOf(config, task), rules);
  return known.find(({ target }) => target.name === wanted)?.ref ?? wanted;
}

function requestOf({ prompt: recorded }: CallEvent, settings: Settings = {}): ModelRequest {
  const prompt = withUrls(recorded.prompt) as ModelRequest["prompt"];
  return withSettings(mergeSettings(recorded, checkSettings(settings)), { prompt });
}

/** A file's URL is a text in the store, and an object in a request. */
function withUrls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withUrls);
  if ("type" in value && value.type === "url" && "url" in value && typeof value.url === "string") {
    return { ...value, url: new URL(value.url) };
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withUrls(member)]),
  );
}
