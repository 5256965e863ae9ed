import { z } from "zod";
import { type FaultName, faultStatusCodes } from "./faults/fault.ts";
import { type FaultPlan, toFaultSpec } from "./faults/plan.ts";
import { isRecord } from "./request.ts";
import type { Script } from "./script.ts";

const textOrExpression = z.union([
  z.string(),
  z
    .strictObject({ regex: z.string(), flags: z.string().optional() })
    .transform(({ regex, flags }, context) =>
      attempt(context, () => new RegExp(regex, flags), "is not a regular expression"),
    ),
]);

const count = z.int().nonnegative().exactOptional();
const text = z.string().exactOptional();

const extras = {
  finish: z.enum(["stop", "length", "refusal"]).exactOptional(),
  reasoning: text,
  continues: z.enum(["anchor", "earlier", "exact", "restart"]).exactOptional(),
  usage: z
    .strictObject({
      inputTokens: count,
      outputTokens: count,
      cachedInputTokens: count,
      cacheWriteTokens: count,
      hourWriteTokens: count,
      reasoningTokens: count,
    })
    .exactOptional(),
};

const replySchema = z.union([
  z.string(),
  z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), text: z.string(), ...extras }),
    z.strictObject({ type: z.literal("json"), value: z.json(), ...extras }),
    z.strictObject({
      type: z.literal("tool-calls"),
      calls: z
        .array(
          z.strictObject({
            name: z.string(),
            arguments: z.json(),
            written: z.string().exactOptional(),
          }),
        )
        .min(1),
      text,
      ...extras,
    }),
  ]),
]);

const matchSchema = z.strictObject({
  task: text,
  model: textOrExpression.exactOptional(),
  prompt: textOrExpression.exactOptional(),
  schema: text,
  tool: text,
});

const scriptSchema = z.strictObject({
  replies: z.array(
    z.strictObject({
      match: matchSchema.exactOptional(),
      reply: replySchema,
      times: z.int().positive().exactOptional(),
    }),
  ),
});

const errorType = z
  .enum(["overloaded_error", "api_error", "rate_limit_error", "invalid_request_error"])
  .exactOptional();
const number = z.number().nonnegative().exactOptional();

const faultObject = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("status"),
    status: z.literal(faultStatusCodes).exactOptional(),
    retryAfter: z.union([z.number(), z.string()]).exactOptional(),
    retryAfterMs: z.number().exactOptional(),
    message: text,
    errorType: text,
    body: z.json().exactOptional(),
  }),
  z.strictObject({ type: z.literal("pings-only"), everyMs: number }),
  z.strictObject({ type: z.literal("stall"), afterTokens: count }),
  z.strictObject({ type: z.literal("drop"), afterTokens: count }),
  z.strictObject({ type: z.literal("clean-end-early"), afterTokens: count }),
  z.strictObject({ type: z.literal("in-band-error"), errorType, afterTokens: count }),
  z.strictObject({ type: z.literal("error-200"), errorType }),
  z.strictObject({ type: z.literal("slow"), firstTokenMs: number, tokensPerSecond: number }),
  z.strictObject({
    type: z.literal([
      "none",
      "quota-exhausted",
      "context-too-long",
      "header-silence",
      "body-silence",
      "malformed-json",
      "truncated-json",
      "empty-body",
      "empty-answer",
      "split-utf8",
      "refusal",
      "length",
      "json-fences",
      "json-prose",
      "json-invalid",
      "json-broken",
      "json-cut",
    ]),
  }),
]);

const faultSchema = z.union([
  z.string().transform((name, context) => attempt(context, () => toFaultSpec(name), "")),
  faultObject,
]);

const when = z
  .strictObject({
    model: textOrExpression.exactOptional(),
    protocol: z.enum(["anthropic", "openai", "in-process"]).exactOptional(),
    stream: z.boolean().exactOptional(),
    task: text,
  })
  .exactOptional();

const listSchema = z.array(faultSchema);

const sequenceSchema = z.strictObject({
  sequence: listSchema,
  afterwards: z.union([z.literal("repeat"), faultSchema]).exactOptional(),
  when,
});

const rateSchema = z.strictObject({
  rate: z.record(
    z.custom<FaultName>(isFaultName, "not the name of a fault"),
    z.number().min(0).max(1),
  ),
  seed: z.int().exactOptional(),
  when,
});

/**
 * Reads a script from parsed JSON, e.g. of a file. An expression is written as
 * `{ "regex": "refund|money back", "flags": "i" }`. Throws a TypeError that says what is wrong and
 * where, e.g. `replies[0].reply.text: …`.
 *
 * @example
 * parseScript({ replies: [{ match: { prompt: { regex: "refund" } }, reply: "On its way." }] });
 */
export function parseScript(json: unknown): Script {
  return parseWith(scriptSchema, json, "script");
}

/**
 * Reads a fault plan from parsed JSON, in any of its forms. Throws a TypeError that says what is
 * wrong and where.
 *
 * @example
 * parseFaultPlan({ rate: { "status-529": 0.2, drop: 0.1 }, seed: 7 });
 */
export function parseFaultPlan(json: unknown): FaultPlan {
  const schema = Array.isArray(json)
    ? listSchema
    : isRecord(json) && "rate" in json
      ? rateSchema
      : sequenceSchema;
  return parseWith<FaultPlan>(schema, json, "fault plan");
}

function parseWith<Output>(schema: z.ZodType<Output>, json: unknown, what: string): Output {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => linesOf(issue, []));
  throw new TypeError(`The ${what} is not valid:\n${[...new Set(issues)].join("\n")}`);
}

/** For alternatives, the complaints of the one the value was meant to be: the type fits at least. */
function linesOf(issue: z.core.$ZodIssue, parents: readonly PropertyKey[]): string[] {
  const path = [...parents, ...issue.path];
  if (issue.code === "invalid_key") {
    return issue.issues.map((inner) => `  ${pathText(path)}: ${inner.message}`);
  }
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return [`  ${pathText(path)}: ${issue.message}`];
  }
  const meant = issue.errors.find((branch) => !branch.some(isWrongType)) ?? issue.errors[0] ?? [];
  return meant.flatMap((inner) => linesOf(inner, path));
}

function isWrongType(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "(top level)";
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      return index === 0 ? String(step) : `.${String(step)}`;
    })
    .join("");
}

function isFaultName(name: unknown): boolean {
  try {
    return typeof name === "string" && toFaultSpec(name).type.length > 0;
  } catch {
    return false;
  }
}

function attempt<Value>(
  context: z.core.$RefinementCtx<unknown>,
  make: () => Value,
  complaint: string,
): Value {
  try {
    return make();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.addIssue({ code: "custom", message: complaint ? `${complaint}: ${why}` : why });
    return z.NEVER;
  }
}
