import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { textOf } from "../../call/assemble.ts";
import type { Accept, Call } from "../../call/call.ts";
import { StreamInterrupted, Truncated } from "../../errors.ts";
import type { CallSpec, Runtime } from "../../runtime.ts";
import { refuseRefusals } from "../result.ts";
import { sendStream, wholeOf } from "../stream.ts";

export interface AskedStep {
  readonly call: Call;
  readonly result: LanguageModelV4GenerateResult;
}

/** Where the text of a streamed step goes, as it comes. */
export interface TextSink {
  push(delta: string): void;
  end(): void;
}

type StepSpec = Omit<CallSpec, "pattern" | "mode" | "accept">;

/** Asks a model for the next step. With a `sink`, it is asked for a stream, and what it says is told as it comes. */
export async function askStep(
  runtime: Runtime,
  spec: StepSpec,
  sink: TextSink | undefined,
): Promise<AskedStep> {
  if (sink === undefined) return askWhole(runtime, spec);
  try {
    return await askStream(runtime, spec, sink);
  } catch (error) {
    // What broke off were tool calls that nobody has seen: they can be asked for again.
    if (error instanceof StreamInterrupted && error.text === "")
      return askWhole(runtime, spec, sink);
    throw error;
  }
}

async function askWhole(runtime: Runtime, spec: StepSpec, sink?: TextSink): Promise<AskedStep> {
  const call = runtime.prepare({ ...spec, pattern: "model", mode: "generate", accept: acceptStep });
  const result = await runtime.generate(call);
  sink?.push(textOf(result.content));
  sink?.end();
  return { call, result };
}

async function askStream(runtime: Runtime, spec: StepSpec, sink: TextSink): Promise<AskedStep> {
  const call = runtime.prepare({ ...spec, pattern: "model", mode: "stream", accept: acceptStep });
  const answer = await sendStream(runtime, call);
  for await (const part of answer.parts.read()) {
    if (part.type === "text-delta" && part.delta !== "") sink.push(part.delta);
  }
  const result = await wholeOf(answer);
  sink.end();
  return { call, result };
}

/** A refusal ends the run, and so does an answer that is cut off: half of a tool call is none. */
const acceptStep: Accept = async (result, target) => {
  await refuseRefusals(result, target);
  if (result.finishReason.unified !== "length") return;
  throw new Truncated(textOf(result.content), { target: target.name });
};
