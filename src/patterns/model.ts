import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import type { StreamAnswer } from "../call/answer.ts";
import type { ModelRequest } from "../call/request.ts";
import { keyOfTarget, type Target } from "../call/target.ts";
import type { CallOptions, Runtime } from "../runtime.ts";
import { linkAbort } from "../util/abort.ts";
import { sendStream } from "./stream.ts";

/**
 * The task as a LanguageModelV4, for everything that is made for the AI SDK: every policy of the seam applies. Its
 * errors are final for the AI SDK's own retries, so `maxRetries` adds no requests.
 */
export function taskModel(
  runtime: Runtime,
  task: string,
  options: Omit<CallOptions, "signal">,
): LanguageModelV4 {
  const { targets, canary } = runtime.rulesOf(task);
  const everyTarget = [...targets, ...(canary?.targets ?? [])];
  const isOne = new Set(everyTarget.map(keyOfTarget)).size === 1;
  const spec = (mode: "generate" | "stream", request: ModelRequest, signal?: AbortSignal) =>
    ({ ...options, task, pattern: "model", mode, request, signal }) as const;
  return {
    specificationVersion: "v4",
    provider: "seam",
    modelId: task,
    get supportedUrls() {
      return isOne ? supportedUrlsOf(targets[0]) : {};
    },
    async doGenerate({ abortSignal, ...request }) {
      return runtime.generate(runtime.prepare(spec("generate", request, abortSignal)));
    },
    async doStream({ abortSignal, ...request }: LanguageModelV4CallOptions) {
      const prepared = runtime.prepare(spec("stream", request, abortSignal));
      const abort = linkAbort(prepared.signal);
      const call = { ...prepared, signal: abort.controller.signal };
      const answer = await sendStream(runtime, call, abort.unlink);
      return {
        stream: partStream(answer, () =>
          abort.controller.abort(
            new DOMException("The stream was cancelled by its reader.", "AbortError"),
          ),
        ),
      };
    },
  };
}

/**
 * The URLs that the provider fetches by itself. None where several targets may answer, or where this one cannot be
 * loaded: then the AI SDK downloads the file, and the call itself tells what is wrong.
 */
async function supportedUrlsOf(target: Target): Promise<Record<string, RegExp[]>> {
  try {
    return await (await target.model()).supportedUrls;
  } catch {
    return {};
  }
}

/** The parts as the AI SDK reads them; a failure comes as an error part, as from any provider. */
function partStream(
  answer: StreamAnswer,
  cancel: () => void,
): ReadableStream<LanguageModelV4StreamPart> {
  const parts = answer.parts.read();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await parts.next();
        if (done !== true) {
          controller.enqueue(value);
          return;
        }
      } catch (error) {
        controller.enqueue({ type: "error", error });
      }
      controller.close();
    },
    cancel,
  });
}
