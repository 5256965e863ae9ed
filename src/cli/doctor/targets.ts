import type { TaskRules } from "../../config/resolve.ts";
import { targetsWithRefs } from "../../config/target-refs.ts";
import type { SeamConfig } from "../../config/types.ts";
import type { Endpoint } from "../../providers/endpoint.ts";
import { loadModel, providerPackages } from "../../providers/load.ts";
import { pricesAsOf } from "../../providers/prices.ts";
import type { ModelRef } from "../../providers/types.ts";
import { createSeam } from "../../seam.ts";
import { type Finding, fail, ok, reasonOf, warn } from "./finding.ts";

/** A target of the config, with the reference that stands for it there. */
export interface NamedTarget {
  readonly name: string;
  readonly ref: ModelRef;
  /** `undefined` for a model instance, which knows its own way. */
  readonly endpoint: Endpoint | undefined;
  readonly isPriced: boolean;
}

/** Every target of a config, once. */
export function targetsOf(
  config: SeamConfig,
  rules: ReadonlyMap<string, TaskRules>,
  endpoints: ReadonlyMap<string, Endpoint>,
): NamedTarget[] {
  const byName = new Map<string, NamedTarget>();
  for (const [task, ofTask] of rules) {
    const own = config.tasks[task];
    for (const { target, ref } of own === undefined ? [] : targetsWithRefs(own, ofTask)) {
      const { name, identity, price } = target;
      const provider = name.split("/")[0] ?? "";
      byName.set(name, {
        name,
        ref,
        endpoint: identity.endpoint === null ? undefined : endpoints.get(provider),
        isPriced: price !== undefined,
      });
    }
  }
  return [...byName.values()];
}

export function endpointsIn(targets: readonly NamedTarget[]): Endpoint[] {
  return [...new Set(targets.flatMap(({ endpoint }) => endpoint ?? []))];
}

/** Whether the package that speaks an endpoint's protocol can be imported. */
export async function checkPackage(endpoint: Endpoint): Promise<Finding> {
  const name = providerPackages[endpoint.kind];
  const check = `package ${endpoint.name}`;
  try {
    await loadModel({ ...endpoint, apiKey: "unused" }, "unused");
    return ok(check, `${name} is installed`);
  } catch (error) {
    return fail(check, `${name}: ${reasonOf(error)}`, `npm install ${name}`);
  }
}

/** Whether there is a key; says where it was looked for, never what it is. */
export function checkKey(endpoint: Endpoint): Finding {
  const { name, kind, apiKey, apiKeyVariable } = endpoint;
  const check = `key ${name}`;
  if (apiKey !== undefined) {
    const isFromEnvironment = process.env[apiKeyVariable] === apiKey;
    return ok(check, `found in ${isFromEnvironment ? apiKeyVariable : `providers.${name}.apiKey`}`);
  }
  const set = `Set ${apiKeyVariable}, or \`providers.${name}.apiKey\`.`;
  if (kind === "openai-compatible")
    return ok(check, `none (${apiKeyVariable} is not set); many servers need none`);
  return fail(check, `${apiKeyVariable} is not set`, set);
}

/** Whether the cost of every target's calls can be told. */
export function checkPrices(targets: readonly NamedTarget[]): Finding {
  const unknown = targets.filter(({ isPriced }) => !isPriced).map(({ name }) => name);
  if (unknown.length === 0) {
    return ok("prices", `known for every model; the built-in ones are of ${pricesAsOf}`);
  }
  return warn(
    "prices",
    `no price is known for ${unknown.join(", ")}`,
    "Their cost shows as unknown; set `prices` in the config, in dollars for a million tokens.",
  );
}

const live = { deadline: "30s", maxOutputTokens: 64 } as const;

/** One tiny real call, without retries, cache or events. */
export async function callLive(target: NamedTarget, config: SeamConfig): Promise<Finding> {
  const check = `call ${target.name}`;
  const { providers, prices } = config;
  await using seam = createSeam({
    providers,
    prices,
    store: false,
    tasks: { doctor: { model: target.ref, retry: false, deadline: live.deadline } },
  });
  const started = performance.now();
  try {
    await seam.complete("doctor", {
      prompt: "Reply with the word OK.",
      settings: { maxOutputTokens: live.maxOutputTokens },
    });
    return ok(check, `answered in ${Math.round(performance.now() - started)} ms`);
  } catch (error) {
    return fail(
      check,
      reasonOf(error),
      "See the message; the key, the model's name and the account's credit are the usual reasons.",
    );
  }
}
