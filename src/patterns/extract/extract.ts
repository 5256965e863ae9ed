import type { JSONSchema7 } from "@ai-sdk/provider";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Call } from "../../call/call.ts";
import { currentFamily } from "../../call/family.ts";
import { addKnown, addUsage, unknownUsage } from "../../call/usage.ts";
import { defaults } from "../../config/defaults.ts";
import { chooseArm } from "../../policies/canary.ts";
import type { CallSpec, Runtime } from "../../runtime.ts";
import { newId } from "../../util/id.ts";
import { askedOf, callOptionsOf, type PromptOptions, type RuleOption } from "../prompt.ts";
import { type CallSummary, summarize } from "../result.ts";
import { type Extracted, type ExtractionParts, runExtraction } from "./extraction.ts";
import { formatOf, type OutputFormat } from "./format.ts";

/** What a rule may answer for a schema: what a model would have to. It is only read, so it may be constant. */
export type RuleValue<Schema extends StandardSchemaV1> = DeepReadonly<
  StandardSchemaV1.InferInput<Schema>
>;

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

export interface ExtractOptions<Schema extends StandardSchemaV1, Ruled = RuleValue<Schema>>
  extends PromptOptions,
    RuleOption<Ruled> {
  /** What the answer must be: a schema of Zod, Valibot, ArkType or any other Standard Schema library. */
  readonly schema: Schema;
  /** What the provider is told about the schema; default: its JSON Schema, where its library can tell. */
  readonly jsonSchema?: JSONSchema7 | undefined;
  /** Names the output for the model, e.g. `ticket`. Letters, digits, `_` and `-`. */
  readonly schemaName?: string | undefined;
  readonly schemaDescription?: string | undefined;
}

export interface ExtractResult<T> extends CallSummary {
  readonly value: T;
  /** How often a model was asked, or a cache: 1, or more when answers did not fit. */
  readonly asks: number;
}

/** A typed, validated value, or an error; never a guess. */
export async function extract<Schema extends StandardSchemaV1>(
  runtime: Runtime,
  task: string,
  options: ExtractOptions<Schema>,
): Promise<ExtractResult<StandardSchemaV1.InferOutput<Schema>>> {
  const format = await formatOf(options.schema, options.jsonSchema);
  const parts: ExtractionParts<StandardSchemaV1.InferOutput<Schema>> = {
    ...extractionOf(runtime, task, options, format, newId(), "generate"),
    ask: runtime.generate,
  };
  return resultOf(await runExtraction(parts), parts.spec.id);
}

/** What extract and streamExtract have in common. */
export function extractionOf<Schema extends StandardSchemaV1, T>(
  runtime: Runtime,
  task: string,
  options: ExtractOptions<Schema>,
  format: OutputFormat<T>,
  id: string,
  mode: CallSpec["mode"],
): Omit<ExtractionParts<T>, "ask"> {
  const { schemaName, schemaDescription } = options;
  const { request, templates } = askedOf(task, options);
  const tags = options.tags ?? {};
  const family = currentFamily();
  const { rules: arm } = chooseArm(runtime.rulesOf(task), { id, family, tags });
  const firstRoom = options.settings?.maxOutputTokens ?? arm.targets[0].settings.maxOutputTokens;
  const mostRoom =
    arm.extractMaxOutputTokens ?? (firstRoom && firstRoom * defaults.extractRoomFactor);
  const hasMoreRoom = mostRoom !== undefined && (firstRoom === undefined || mostRoom > firstRoom);
  return {
    runtime,
    format,
    moreRoom: hasMoreRoom ? mostRoom : undefined,
    spec: {
      ...callOptionsOf(options),
      rule: options.rule,
      id,
      family,
      task,
      pattern: "extract",
      mode,
      templates,
      request: {
        ...request,
        responseFormat: {
          type: "json",
          ...(format.jsonSchema !== undefined && { schema: format.jsonSchema }),
          ...(schemaName !== undefined && { name: schemaName }),
          ...(schemaDescription !== undefined && { description: schemaDescription }),
        },
      },
    },
  };
}

export function resultOf<T>({ value, result, calls }: Extracted<T>, id: string): ExtractResult<T> {
  const last = calls.at(-1);
  if (last === undefined) throw new TypeError("an answer came without an ask");
  return { value, asks: calls.length, ...sumUp(calls, { ...summarize(last, result), callId: id }) };
}

/** The summary of the last ask, with what the earlier ones used and cost. */
function sumUp(calls: readonly Call[], last: CallSummary): CallSummary {
  let { usage, cost } = last;
  for (const attempt of calls.slice(0, -1).flatMap(({ trace }) => trace.attempts)) {
    usage = addUsage(usage, attempt.usage ?? unknownUsage);
    cost = addKnown(cost, attempt.costUsd);
  }
  return { ...last, usage, cost };
}
