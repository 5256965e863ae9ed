import type { JSONSchema7, LanguageModelV4CallOptions } from "@ai-sdk/provider";

/**
 * OpenAI's strict mode rejects a schema with optional properties or open objects (HTTP 400). Such a schema is sent
 * without it; the answer is validated by us either way.
 * Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function relaxStrictSchema(
  options: LanguageModelV4CallOptions,
  provider: string,
): LanguageModelV4CallOptions {
  const format = options.responseFormat;
  if (format?.type !== "json" || format.schema === undefined || fitsStrict(format.schema)) {
    return options;
  }
  const own = { strictJsonSchema: false, ...options.providerOptions?.[provider] };
  return { ...options, providerOptions: { ...options.providerOptions, [provider]: own } };
}

const unsupported = ["oneOf", "allOf", "not", "if", "patternProperties", "dependencies"] as const;

function fitsStrict(schema: JSONSchema7 | boolean): boolean {
  if (typeof schema === "boolean") return false;
  if (unsupported.some((keyword) => schema[keyword] !== undefined)) return false;
  if (schema.type === "object" || schema.properties !== undefined) {
    const required = new Set(schema.required);
    const names = Object.keys(schema.properties ?? {});
    if (schema.additionalProperties !== false) return false;
    if (names.some((name) => !required.has(name))) return false;
  }
  return inner(schema).every(fitsStrict);
}

function inner(schema: JSONSchema7): (JSONSchema7 | boolean)[] {
  const { properties, items, anyOf, $defs, definitions } = schema;
  return [
    ...Object.values(properties ?? {}),
    ...[items ?? []].flat(),
    ...(anyOf ?? []),
    ...Object.values($defs ?? {}),
    ...Object.values(definitions ?? {}),
  ];
}
