import { InvalidRequest } from "../../../errors.ts";

const tag = "$seam";

/**
 * A value as JSON that {@link fromPlain} makes the same value of again, in another process, too: dates, bigints, maps
 * and the like are written as tagged objects, ordinary JSON as itself. It shares nothing with the value, so that a
 * tool that changes its input does not change what is remembered of it. What cannot be written (an instance of some
 * class) is kept for this process, and refuses to become JSON.
 */
export function toPlain(value: unknown): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : { [tag]: "number", value: String(value) };
    case "bigint":
      return { [tag]: "bigint", value: String(value) };
    case "undefined":
      return { [tag]: "undefined" };
    case "object":
      return value === null ? null : plainObject(value);
    default:
      return new Unkeepable(value);
  }
}

/** The value that {@link toPlain} was given. */
export function fromPlain(plain: unknown): unknown {
  if (plain instanceof Unkeepable) return plain.value;
  if (Array.isArray(plain)) return plain.map(fromPlain);
  if (typeof plain !== "object" || plain === null) return plain;
  if (!Object.hasOwn(plain, tag)) return mapValues(plain, fromPlain);
  const { [tag]: kind, value } = plain as { [tag]: string; value: never };
  return readers[kind]?.(value);
}

function plainObject(value: object): unknown {
  if (Array.isArray(value)) return Array.from(value, toPlain);
  if (value instanceof Date) return { [tag]: "date", value: value.getTime() };
  if (value instanceof URL) return { [tag]: "url", value: value.href };
  if (value instanceof Map) return { [tag]: "map", value: toPlain([...value]) };
  if (value instanceof Set) return { [tag]: "set", value: toPlain([...value]) };
  if (value instanceof Uint8Array) {
    return { [tag]: "bytes", value: Buffer.from(value).toString("base64") };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return new Unkeepable(value);
  const plain = mapValues(value, toPlain);
  return Object.hasOwn(value, tag) ? { [tag]: "object", value: Object.entries(plain) } : plain;
}

const readers: Readonly<Record<string, (value: never) => unknown>> = {
  number: Number,
  bigint: (value: string) => BigInt(value),
  undefined: () => undefined,
  date: (value: number | null) => new Date(value ?? Number.NaN),
  url: (value: string) => new URL(value),
  map: (value: unknown[]) => new Map(fromPlain(value) as [unknown, unknown][]),
  set: (value: unknown[]) => new Set(fromPlain(value) as unknown[]),
  bytes: (value: string) => new Uint8Array(Buffer.from(value, "base64")),
  object: (value: [string, unknown][]) => mapValues(Object.fromEntries(value), fromPlain),
};

function mapValues(value: object, map: (inner: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner)]));
}

/** Something that JSON cannot hold. It lasts as long as the process, and a run that has to be stored says so. */
class Unkeepable {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  toJSON(): never {
    const { value } = this;
    const kind = typeof value === "object" ? value?.constructor?.name : typeof value;
    throw new InvalidRequest(
      `The run has to pause, and the input or output of a tool holds a ${kind ?? "value"}, which cannot be stored`,
    );
  }
}
