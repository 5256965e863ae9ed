import { z } from "zod";
import type { Calibration } from "../judge/calibration.ts";
import type { Lock, LockedPrompt } from "./lock.ts";

const texts = z.array(z.string());
const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value).default({});

const evaluation = z.object({
  at: z.string(),
  cases: z.number(),
  passed: z.boolean(),
  scores: byName(z.number().nullable()),
});

const prompt = z.object({
  target: z.string(),
  system: texts,
  messages: z.array(z.object({ role: z.string(), text: z.string() })),
  tools: z.array(z.looseObject({ name: z.string() })),
  output: z.looseObject({ type: z.string() }).nullable(),
  settings: z.looseObject({}),
  evaluated: byName(evaluation),
}) as unknown as z.ZodType<LockedPrompt>;

const suite = z.object({
  data: z.string(),
  cases: z.number(),
  replies: z.enum(["recorded", "simulated"]).default("simulated"),
  rendered: byName(z.object({ digest: z.string(), frame: z.string() })),
});

const calibration = z.object({
  metric: z.string(),
  task: z.string(),
  target: z.string(),
  model: z.string().nullable(),
  rubric: z.string(),
  kind: z.enum(["scale", "labels", "pairwise"]),
  n: z.number(),
  agreement: z.number(),
  kappa: z.number(),
  kappaLow: z.number(),
  kappaHigh: z.number(),
  bias: z.number(),
  biasSd: z.number(),
  at: z.string(),
}) satisfies z.ZodType<Calibration>;

/** What a lock's file must be. */
export const lockSchema: z.ZodType<Lock> = z.object({
  version: z.number(),
  prompts: byName(z.record(z.string(), prompt)),
  suites: byName(suite),
  judges: byName(z.record(z.string(), calibration)),
});
