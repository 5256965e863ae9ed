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

/**
 * The same request always gets the same reply, which fits the schema that it asks for. It calls no tool, not even where
 * the request forces one: the AI SDK would run it, with arguments that nobody has meant.
 */
async function simulatedReplies(): Promise<NonNullable<CallScope["standIn"]>> {
  const { simulatedModel } = await import("../../simulator/index.ts");
  return ({ name }) => {
    const model = simulatedModel({ modelId: name });
    return {
      ...model,
      doGenerate: ({ toolChoice: _, ...options }) => model.doGenerate(options),
      doStream: ({ toolChoice: _, ...options }) => model.doStream(options),
    };
  };
}
