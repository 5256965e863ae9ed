import type { Cost } from "../measure/cost.ts";
import { start } from "../process/start.ts";
import type { PolicyJobs } from "../workers/policies-worker.ts";
import { type VariantName, variantNames } from "../workers/policy-variants.ts";
import type { Bench } from "./suite.ts";

const module = new URL("../workers/policies-worker.ts", import.meta.url);

export type PolicyCosts = Record<VariantName, Cost[]>;

/** The same calls with one policy after another switched on; they take turns in every round. */
export async function measurePolicies({ size, progress }: Bench): Promise<PolicyCosts> {
  await using worker = start<PolicyJobs>(module);
  progress("policies: warming up");
  await worker.ask("round", { calls: size.policyCalls });
  const costs = Object.fromEntries(
    variantNames.map((name): [string, Cost[]] => [name, []]),
  ) as PolicyCosts;
  for (let round = 1; round <= size.rounds; round++) {
    progress(`policies: round ${round} of ${size.rounds}`);
    const measured = await worker.ask("round", { calls: size.policyCalls });
    for (const name of variantNames) costs[name].push(measured[name]);
  }
  return costs;
}
