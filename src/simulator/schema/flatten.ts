import { isRecord, type JsonSchema } from "../request.ts";
import { type SchemaObject, withDescribedLimits } from "./described.ts";

const longestChain = 32;

/** Follows references and merges `allOf` until one plain schema is left. */
export function flatten(schema: JsonSchema, root: JsonSchema): SchemaObject {
  const resolved = resolveReference(schema, root);
  if (!isRecord(resolved)) return {};
  const { allOf, ...own } = withDescribedLimits(resolved);
  if (!Array.isArray(allOf)) return own;
  return allOf
    .filter((part) => isRecord(part))
    .map((part) => flatten(part, root))
    .reduce(merge, own);
}

/** The schema a local `$ref` points at, with the keywords beside the reference merged in. */
export function resolveReference(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema;
  for (let step = 0; step < longestChain; step++) {
    if (!isRecord(current) || typeof current.$ref !== "string") return current;
    const { $ref, ...beside } = current;
    const target = lookUp($ref, root);
    current = isRecord(target) ? merge(beside, target) : target;
  }
  return true;
}

function lookUp(reference: string, root: JsonSchema): JsonSchema {
  if (!reference.startsWith("#")) return true;
  const steps = reference
    .slice(1)
    .split("/")
    .filter((step) => step !== "")
    .map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
  let current: unknown = root;
  for (const step of steps) {
    if (Array.isArray(current)) current = current[Number(step)];
    else current = isRecord(current) ? current[step] : undefined;
  }
  return isRecord(current) || typeof current === "boolean" ? current : true;
}

/** Both schemas at once: fields are joined, limits are the tighter ones. */
function merge(left: SchemaObject, right: SchemaObject): SchemaObject {
  const merged: Record<string, unknown> = { ...left };
  for (const [keyword, value] of Object.entries(right)) {
    merged[keyword] = keyword in left ? both(keyword, left[keyword], value) : value;
  }
  return merged;
}

function both(keyword: string, left: unknown, right: unknown): unknown {
  if (keyword === "required") return [...new Set([...stringList(left), ...stringList(right)])];
  if (keyword === "enum" && Array.isArray(left) && Array.isArray(right)) {
    const allowed = new Set(right.map((value) => JSON.stringify(value)));
    return left.filter((value) => allowed.has(JSON.stringify(value)));
  }
  if (keyword === "properties" && isRecord(left) && isRecord(right)) return joinFields(left, right);
  if (keyword === "type") return commonType(left, right);
  if (typeof left === "number" && typeof right === "number") {
    return keyword.startsWith("min") || keyword === "exclusiveMinimum"
      ? Math.max(left, right)
      : Math.min(left, right);
  }
  if (keyword === "additionalProperties" && !isRecord(right)) return left;
  return right;
}

function joinFields(left: SchemaObject, right: SchemaObject): SchemaObject {
  const joined: Record<string, unknown> = { ...left };
  for (const [name, schema] of Object.entries(right)) {
    joined[name] = Object.hasOwn(left, name) ? { allOf: [left[name], schema] } : schema;
  }
  return joined;
}

function commonType(left: unknown, right: unknown): unknown {
  const ours = typeof left === "string" ? [left] : stringList(left);
  const theirs = typeof right === "string" ? [right] : stringList(right);
  if (ours.includes("integer") && theirs.includes("number")) return "integer";
  if (ours.includes("number") && theirs.includes("integer")) return "integer";
  const common = ours.filter((type) => theirs.includes(type));
  return common.length === 0 ? right : common;
}

/** The strings of a list; nothing when it is no list. */
export function stringList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
