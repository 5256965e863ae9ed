import { createSeam, type Seam, SeamError } from "llm-seam";
import { z } from "zod";

type Task = "answer" | "reply" | "sort" | "agent";

/** How calls ended, by name: `ok`, `left`, an error's code; `lost` for anything that has no name. */
export type Endings = Map<string, number>;

const schema = z.object({ category: z.string(), urgent: z.boolean() });
/** So few different questions that many are answered by the cache, and many asked at once. */
const distinctPrompts = 40;
const silentLimit = "250ms";

export function openSeam(baseURL: string, store: string): Seam<Task> {
  const provider = { baseURL, apiKey: "not-a-key", taskHeader: "x-seam-task" };
  const haiku = "anthropic/claude-haiku-4-5";
  const mini = "openai/gpt-5-mini";
  return createSeam<Task>({
    store,
    cacheMemoryBytes: 1024 * 1024,
    providers: { anthropic: provider, openai: provider },
    defaults: {
      deadline: "4s",
      attempt: {
        total: "2s",
        headers: silentLimit,
        firstToken: silentLimit,
        silence: silentLimit,
      },
      retry: { attempts: 3, baseDelay: "5ms", maxDelay: "100ms" },
      breaker: { failureRate: 0.7, minimumCalls: 30, window: "5s", cooldown: "100ms" },
      hedge: { after: "40ms", share: 0.3 },
      afterCommit: "resume",
      promptCache: true,
    },
    pace: { [haiku]: { inFlight: 12, wait: "300ms" } },
    tasks: {
      answer: {
        model: haiku,
        fallbacks: [mini],
        cache: { ttl: "2s" },
        rule: ({ text }) => (text.endsWith(" 7") ? "Seven." : undefined),
        compress: true,
      },
      reply: {
        model: mini,
        fallbacks: [haiku],
        budget: [
          { cost: 0.1, window: "2s", wait: "1s" },
          { inFlight: 4, wait: "500ms" },
        ],
        canary: { share: 0.3, by: "user", model: haiku, fallbacks: [] },
      },
      sort: { model: haiku, fallbacks: [mini], cache: { ttl: "2s" }, content: "redacted" },
      agent: { model: mini, retry: false },
    },
  });
}

/** One call as feature code might make it: any pattern, read to its end or left early. */
export async function oneCall(
  seam: Seam<Task>,
  signal: AbortSignal,
  random: () => number,
  endings: Endings,
): Promise<void> {
  const prompt = `Question ${Math.floor(random() * distinctPrompts)}`;
  const leaves = random() < 0.1;
  const own = leaves
    ? AbortSignal.any([signal, AbortSignal.timeout(Math.round(random() * 40))])
    : signal;
  const options = { prompt, signal: own, tags: { user: `user-${Math.floor(random() * 20)}` } };
  try {
    await callOf(seam, random, options);
    count(endings, "ok");
  } catch (error) {
    count(endings, endingOf(error, own));
  }
}

interface Options {
  readonly prompt: string;
  readonly signal: AbortSignal;
  readonly tags: { readonly user: string };
}

async function callOf(seam: Seam<Task>, random: () => number, options: Options): Promise<unknown> {
  switch (Math.floor(random() * 6)) {
    case 0:
      return seam.complete("answer", options);
    case 1:
      return readAll(seam.stream("reply", options));
    case 2:
      return readSome(seam.stream("reply", options));
    case 3:
      return seam.extract("sort", { ...options, schema });
    case 4:
      return readAll(seam.streamExtract("sort", { ...options, schema }));
    default:
      return seam.model("agent", { tags: options.tags }).doGenerate({
        prompt: [{ role: "user", content: [{ type: "text", text: options.prompt }] }],
        abortSignal: options.signal,
      });
  }
}

async function readAll(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _piece of pieces);
}

async function readSome(pieces: AsyncIterable<unknown>): Promise<void> {
  let left = 3;
  for await (const _piece of pieces) if (left-- === 0) return;
}

function endingOf(error: unknown, signal: AbortSignal): string {
  if (SeamError.is(error)) return error.code;
  return signal.aborted ? "left" : `lost: ${error instanceof Error ? error.message : error}`;
}

function count(endings: Endings, name: string): void {
  endings.set(name, (endings.get(name) ?? 0) + 1);
}
