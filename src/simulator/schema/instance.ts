import { hashText } from "../random.ts";
import { isRecord, type JsonSchema } from "../request.ts";
import type { SchemaObject } from "./described.ts";
import { flatten, resolveReference, stringList } from "./flatten.ts";
import { numberFor } from "./number.ts";
import { stringFor } from "./string.ts";

/** Deeper than this, optional fields and array items are left out, so that recursion ends. */
const comfortableDepth = 6;
const deepest = 24;

interface Place {
  readonly root: JsonSchema;
  readonly seed: number;
  readonly path: string;
  readonly depth: number;
}

/**
 * A value that is valid against a JSON Schema (draft 7 to 2020-12), the same for the same schema
 * and seed. Patterns are met on a best-effort basis; a schema that nothing satisfies gives a value
 * that comes close.
 */
export function instanceOf(schema: JsonSchema, seed: number): unknown {
  return valueFor(schema, { root: schema, seed, path: "$", depth: 0 });
}

function valueFor(schema: JsonSchema, place: Place): unknown {
  const flat = flatten(schema, place.root);
  if (flat.const !== undefined) return flat.const;
  if (Array.isArray(flat.enum)) return pick(flat.enum, place);
  const branches = flat.anyOf ?? flat.oneOf;
  if (Array.isArray(branches) && branches.length > 0) return valueOfBranch(flat, branches, place);
  return valueOfType(typeOf(flat, place), flat, place);
}

function valueOfBranch(flat: SchemaObject, branches: readonly JsonSchema[], place: Place): unknown {
  const { anyOf, oneOf, ...shared } = flat;
  const others = anyOf === branches && oneOf !== undefined ? [{ oneOf }] : [];
  const branch = pick(preferredBranches(branches, place), place);
  return valueFor({ allOf: [shared, branch, ...others] }, place);
}

/** Not null while there is another way; shallow ones once the value is deep. */
function preferredBranches(branches: readonly JsonSchema[], place: Place): readonly JsonSchema[] {
  if (place.depth > comfortableDepth) {
    const plain = branches.filter((branch) => isLeaf(branch, place.root));
    if (plain.length > 0) return plain;
  }
  const present = branches.filter((branch) => !isRecord(branch) || branch.type !== "null");
  return present.length > 0 ? present : branches;
}

function isLeaf(branch: JsonSchema, root: JsonSchema): boolean {
  const schema = resolveReference(branch, root);
  if (!isRecord(schema)) return true;
  const nests = ["properties", "items", "prefixItems", "additionalProperties", "anyOf", "oneOf"];
  return !nests.some((keyword) => isRecord(schema[keyword]) || Array.isArray(schema[keyword]));
}

function typeOf(flat: SchemaObject, place: Place): string {
  if (typeof flat.type === "string") return flat.type;
  const types = stringList(flat.type).filter((type) => type !== "null");
  if (types.length > 0) return pick(types, place);
  if (Array.isArray(flat.type)) return "null";
  if ("properties" in flat || "required" in flat || "propertyNames" in flat) return "object";
  if ("items" in flat || "prefixItems" in flat || "minItems" in flat) return "array";
  if ("minimum" in flat || "maximum" in flat || "multipleOf" in flat) return "number";
  return "string";
}

function valueOfType(type: string, flat: SchemaObject, place: Place): unknown {
  switch (type) {
    case "object":
      return objectFor(flat, place);
    case "array":
      return arrayFor(flat, place);
    case "integer":
    case "number":
      return numberFor(flat, type === "integer", seedAt(place));
    case "boolean":
      return seedAt(place) % 2 === 0;
    case "null":
      return null;
    default:
      return stringFor(flat, nameOf(place.path), seedAt(place));
  }
}

function objectFor(flat: SchemaObject, place: Place): Record<string, unknown> {
  const properties = isRecord(flat.properties) ? flat.properties : {};
  const required = stringList(flat.required);
  const optional = place.depth < comfortableDepth ? Object.keys(properties) : [];
  const names = [...new Set([...optional, ...required])];
  const extras = extraNames(flat, names.length, place);
  const entries = [...names, ...extras].map((name) => {
    const schema = Object.hasOwn(properties, name)
      ? properties[name]
      : (flat.additionalProperties ?? true);
    return [name, childValue(schema, place, name)] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Keys of a map: objects whose keys are free and whose values have a schema. */
function extraNames(flat: SchemaObject, known: number, place: Place): string[] {
  const isMap = isRecord(flat.additionalProperties) && !isRecord(flat.properties);
  const wanted = Math.max(
    isMap && known === 0 && place.depth < comfortableDepth ? 1 : 0,
    (typeof flat.minProperties === "number" ? flat.minProperties : 0) - known,
  );
  const names = flat.propertyNames;
  return Array.from({ length: wanted }, (_, index) => {
    const fallback = `key${index + 1}`;
    if (!isRecord(names)) return fallback;
    const key = childValue(names, place, fallback);
    return typeof key === "string" ? key : fallback;
  });
}

function arrayFor(flat: SchemaObject, place: Place): unknown[] {
  const tuple = [flat.prefixItems, flat.items].find((items) => Array.isArray(items)) ?? [];
  const rest = Array.isArray(flat.items) ? flat.additionalItems : flat.items;
  const count = itemCount(flat, tuple.length, rest, place);
  const items = Array.from({ length: count }, (_, index) =>
    childValue(tuple[index] ?? rest ?? true, place, String(index)),
  );
  return flat.uniqueItems === true ? distinct(items, rest ?? true, place) : items;
}

function itemCount(flat: SchemaObject, tuple: number, rest: unknown, place: Place): number {
  const min = typeof flat.minItems === "number" ? flat.minItems : 0;
  const max = typeof flat.maxItems === "number" ? flat.maxItems : Number.POSITIVE_INFINITY;
  const usual = rest === undefined || rest === false || place.depth >= comfortableDepth ? 0 : 2;
  return Math.min(max, Math.max(min, tuple > 0 ? tuple : usual));
}

function distinct(items: readonly unknown[], rest: unknown, place: Place): unknown[] {
  const found = new Map<string, unknown>();
  for (let round = 0; round < 20 && found.size < items.length; round++) {
    for (const [index, item] of items.entries()) {
      const value = round === 0 ? item : childValue(rest, place, `${index}.${round}`);
      if (found.size < items.length) found.set(JSON.stringify(value), value);
    }
  }
  return [...found.values()];
}

function childValue(schema: unknown, place: Place, name: string): unknown {
  if (place.depth >= deepest) return null;
  const path = `${place.path}/${name}`;
  const child = isRecord(schema) || typeof schema === "boolean" ? schema : true;
  return valueFor(child, { ...place, path, depth: place.depth + 1 });
}

function seedAt(place: Place): number {
  return hashText(`${place.seed} ${place.path}`);
}

function pick<Item>(items: readonly Item[], place: Place): Item {
  const item = items[seedAt(place) % items.length];
  if (item === undefined) throw new TypeError(`The JSON Schema allows no value at ${place.path}.`);
  return item;
}

function nameOf(path: string): string {
  return path.split("/").findLast((step) => step !== "$" && !/^\d/.test(step)) ?? "value";
}
