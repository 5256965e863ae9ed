import { dirname } from "node:path";
import type { CallScope } from "../../call/scope.ts";
import { type Exercised, exercise } from "../../evals/lock/exercise.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";

/** Cases of a suite that are tried without a model. */
const dryCases = 50;

/** Runs the first cases of a suite against simulated replies. */
export async function exerciseDry(
  { suite, file }: LoadedSuite,
  signal: AbortSignal,
): Promise<Exercised> {
  const standIn = await simulatedReplies();
  return exercise(suite, { folder: dirname(file), standIn, sample: dryCases, signal });
}

/** The same request always gets the same reply, which fits the schema that it asks for. */
async function simulatedReplies(): Promise<NonNullable<CallScope["standIn"]>> {
  const { simulatedModel } = await import("../../simulator/index.ts");
  return ({ name }) => simulatedModel({ modelId: name });
}
