import { type JudgeForm, judge, type ScoredTrial, type Scorer } from "llm-seam/evals";
import type { Reply, ReplyRule, ScriptRequest } from "llm-seam/simulator";
import { trialOf as bare } from "../../src/evals/scorers/scorers.testkit.ts";
import { type Harness, startHarness } from "../support/harness.ts";

const haiku = "anthropic/claude-haiku-4-5";
const tasks = {
  judge: { model: haiku },
  cached: { model: haiku, cache: true },
  openai: { model: "openai/gpt-4.1-mini" },
  backed: { model: haiku, fallbacks: ["openai/gpt-4.1-mini"] },
  hasty: { model: haiku, deadline: "300ms" },
} as const;
export type Task = keyof typeof tasks;

export interface Court extends Harness<Task> {
  /** What the judging model was asked. */
  readonly asked: readonly ScriptRequest[];
}

/** A seam whose judging model gives these replies, one after another; the last one stays. */
export async function judgedBy(...replies: readonly ReplyRule["reply"][]): Promise<Court> {
  const asked: ScriptRequest[] = [];
  const rules = replies.map(
    (reply, index): ReplyRule => ({
      reply: (request) => {
        asked.push(request);
        return typeof reply === "function" ? reply(request) : reply;
      },
      ...(index < replies.length - 1 && { times: 1 }),
    }),
  );
  const harness = await startHarness(
    { tasks, defaults: { retry: { attempts: 1 } } },
    { script: { replies: rules } },
  );
  return { ...harness, asked };
}

export function says(verdict: unknown, reasoning = "It names the time."): Reply {
  return { type: "json", value: { reasoning, verdict } };
}

/** The judge of most tests. */
export function judgeOf(
  { seam }: Court,
  form: JudgeForm = { scale: { from: 1, to: 5 } },
  task: Task = "judge",
): Scorer {
  return judge({ seam, task, name: "good", rubric: "Refunds take 14 days.", ...form });
}

export function trialOf(of: Partial<ScoredTrial> = {}): ScoredTrial {
  return { ...bare("Refunds take 14 days."), input: "How long do refunds take?", ...of };
}

const marked = /\[data (\w+) from ([^\]\n]*)\]\n([\s\S]*?)\n\[end of data \1\]/g;

/** The texts between marks, by what they are. */
export function material(request: ScriptRequest | undefined): Readonly<Record<string, string>> {
  const found = request?.prompt.matchAll(marked) ?? [];
  return Object.fromEntries([...found].map(([, , name = "", text = ""]) => [name, text]));
}

/** What a model reads as said to it, and not as material. */
export function saidTo({ messages, prompt }: ScriptRequest): string {
  const system = messages.filter(({ role }) => role === "system").map(({ text }) => text);
  return [...system, prompt.replaceAll(marked, "")].join("\n");
}
