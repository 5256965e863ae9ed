import { ConfigError } from "../../errors.ts";
import type { Suite } from "../suite/suite.ts";
import type { Judge } from "./calibrate.ts";

/**
 * The judge of a metric, or the only one that the suites have.
 *
 * @throws ConfigError when there is none, or more than one
 */
export function findJudge(suites: readonly Suite[], metric: string | undefined): Judge {
  const judges = new Map<string, Judge>();
  for (const scorer of suites.flatMap(({ scorers }) => scorers)) {
    const { judge } = scorer;
    if (judge === undefined || (metric !== undefined && scorer.name !== metric)) continue;
    judges.set(`${scorer.name} ${judge.task} ${judge.rubric}`, { ...scorer, judge });
  }
  const [judge, ...others] = judges.values();
  if (judge !== undefined && others.length === 0) return judge;
  const named = metric === undefined ? "" : ` of ${JSON.stringify(metric)}`;
  throw judge === undefined ? noJudge(suites, named) : severalJudges([judge, ...others], named);
}

function noJudge(suites: readonly Suite[], named: string): ConfigError {
  const names = suites.map(({ name }) => JSON.stringify(name)).join(", ");
  return new ConfigError({
    summary: `No judge${named} is among the scorers of ${names}`,
    advice: "Name the eval file with --eval, and its metric with --metric.",
  });
}

function severalJudges(judges: readonly Judge[], named: string): ConfigError {
  const metrics = [...new Set(judges.map(({ name }) => JSON.stringify(name)))];
  return new ConfigError({
    summary: `There are several judges${named}: ${metrics.join(", ")}`,
    advice:
      metrics.length > 1
        ? "Choose one with --metric."
        : "Their rubrics differ: name the eval file of the one that is meant with --eval.",
  });
}
