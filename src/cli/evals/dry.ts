import { dirname } from "node:path";
import type { CallScope } from "../../call/scope.ts";
import { type Exercised, exercise } from "../../evals/lock/exercise.ts";
import type { LoadedSuite } from "../../evals/suite/load.ts";
import { committedReplies, dryCases } from "./replies.ts";

/** Runs the first cases of a suite against the replies that are recorded of it, and simulated ones for all other calls. */
export async function exerciseDry(loaded: LoadedSuite, signal: AbortSignal): Promise<Exercised> {
  const { suite, file } = loaded;
  const replies = await committedReplies(loaded);
  const standIn = await simulatedReplies();
  return exercise(suite, { folder: dirname(file), standIn, replies, sample: dryCases, signal });
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
