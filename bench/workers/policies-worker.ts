import { createSeam } from "llm-seam";
import { type Cost, costOf } from "../measure/cost.ts";
import { serve } from "../process/serve.ts";
import { asked } from "./ask.ts";
import { configOf, type VariantName, variantNames } from "./policy-variants.ts";

/** What each policy costs alone. */
export interface PolicyJobs {
  /** One turn of calls for every policy. */
  readonly round: (turn: { calls: number }) => Promise<Record<VariantName, Cost>>;
}

const seams = variantNames.map((name) => [name, createSeam(configOf(name))] as const);

serve<PolicyJobs>({
  round: async ({ calls }) => {
    const costs: Partial<Record<VariantName, Cost>> = {};
    for (const [name, seam] of seams) costs[name] = await costOf(() => asked(seam, calls));
    return costs as Record<VariantName, Cost>;
  },
});
