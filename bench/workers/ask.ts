import { setImmediate } from "node:timers/promises";
import type { Seam } from "llm-seam";
import { request } from "../peers/peer.ts";
import { freshPrompt } from "./prompts.ts";

/** Calls between two turns of the event loop, which is when events are written. */
const blockSize = 50;

export async function ask(seam: Seam<"answer">, prompt: string, source: string): Promise<void> {
  const tags = { user: "bench", feature: "answer" };
  const result = await seam.complete("answer", { prompt, system: request.system, tags });
  if (result.source !== source) throw new Error(`answered by ${result.source}, not ${source}`);
}

/** So many calls of a model, each with a prompt of its own, their events written. */
export async function asked(seam: Seam<"answer">, calls: number): Promise<number> {
  await inBlocks(calls, () => ask(seam, freshPrompt(), "model"));
  await seam.flush();
  return calls;
}

export async function inBlocks(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    await work(index);
    if (index % blockSize === 0) await setImmediate();
  }
}
