import type { PaceRule } from "../call/target.ts";
import type { OutputIssue } from "../errors.ts";
import type { CheckedPace } from "./checked.ts";
import { defaults } from "./defaults.ts";

/** The pace of each target, by its names; remembers the names, so as to know which settings are for nobody. */
export class PaceRules {
  readonly #set: ReadonlyMap<string, CheckedPace>;
  readonly #known: Set<string>;

  constructor(set: Readonly<Record<string, CheckedPace>> = {}, providers: readonly string[] = []) {
    this.#set = new Map(Object.entries(set));
    this.#known = new Set(providers);
  }

  /** The rule that is set for the first of these names that has one, with the defaults filled in. */
  of(names: readonly string[]): PaceRule {
    for (const name of names) this.#known.add(name);
    const key = names.find((name) => this.#set.has(name));
    return paceRule(key === undefined ? {} : this.#set.get(key));
  }

  /** The settings whose provider nobody knows, once all targets have asked. */
  faults(): OutputIssue[] {
    const providers = [...this.#known].filter((name) => !name.includes("/"));
    return [...this.#set.keys()]
      .filter((key) => !providers.includes(key.split("/")[0] ?? key))
      .map((key) => ({
        path: `pace.${key}`,
        message: `unknown provider; known: ${providers.join(", ")}`,
      }));
  }
}

const minuteMs = 60_000;

function paceRule(set: CheckedPace = {}): PaceRule {
  return {
    requestsPerWindow: set.requestsPerMinute,
    tokensPerWindow: set.tokensPerMinute,
    windowMs: minuteMs,
    inFlight: set.inFlight,
    waitMs: set.wait ?? defaults.pace.waitMs,
    learn: set.learn ?? defaults.pace.learn,
  };
}
