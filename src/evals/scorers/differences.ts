import { canonical } from "../../call/canonical.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import { bestMatching } from "./matching.ts";
import { normalize, type TextOptions } from "./normalize.ts";
import { isNear, type Tolerance } from "./tolerance.ts";

/** How values are compared, each by its type. Members that are `undefined` count as absent. */
export interface ValueOptions {
  /** For numbers. Default: they must be the same. */
  readonly tolerance?: Tolerance | undefined;
  /** For texts. */
  readonly text?: TextOptions | undefined;
  /** `true`: the order of lists does not count. Default: `false`. */
  readonly unordered?: boolean | undefined;
  /** `true`: objects may have more members than are expected. Default: `false`. */
  readonly extra?: boolean | undefined;
}

/** Where two values differ first, in words; `undefined`: nowhere. */
export function difference(
  actual: unknown,
  expected: unknown,
  options: ValueOptions = {},
  path = "",
): string | undefined {
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return differenceOfLists(actual, expected, options, path);
  }
  if (isPlain(actual) && isPlain(expected)) {
    return differenceOfObjects(actual, expected, options, path);
  }
  return isSame(actual, expected, options)
    ? undefined
    : `${place(path)}${short(actual)} instead of ${short(expected)}`;
}

function isSame(actual: unknown, expected: unknown, { text, tolerance }: ValueOptions): boolean {
  if (typeof actual === "string" && typeof expected === "string") {
    return normalize(actual, text) === normalize(expected, text);
  }
  if (typeof actual === "number" && typeof expected === "number" && tolerance !== undefined) {
    return isNear(actual, expected, tolerance);
  }
  return canonical(actual) === canonical(expected);
}

function differenceOfLists(
  actual: readonly unknown[],
  expected: readonly unknown[],
  options: ValueOptions,
  path: string,
): string | undefined {
  if (actual.length !== expected.length) {
    return `${place(path)}${actual.length} instead of ${expected.length} in the list`;
  }
  if (options.unordered === true) {
    const fits = (at: number, to: number): boolean =>
      difference(actual[at], expected[to], options) === undefined;
    const matches = bestMatching(actual.length, expected.length, fits);
    const missing = expected.findIndex((_, index) => !matches.has(index));
    return missing < 0 ? undefined : `${place(path)}${short(expected[missing])} is missing`;
  }
  return firstOf(expected, (value, index) =>
    difference(actual[index], value, options, join(path, index)),
  );
}

function differenceOfObjects(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  options: ValueOptions,
  path: string,
): string | undefined {
  const keys = options.extra === true ? [] : Object.keys(actual);
  return firstOf([...new Set([...Object.keys(expected), ...keys])], (key) => {
    const [has, wants] = [memberOf(actual, key), memberOf(expected, key)];
    if (has === undefined && wants !== undefined) return `${place(join(path, key))}is missing`;
    if (has !== undefined && wants === undefined) return `${place(join(path, key))}is too much`;
    return difference(has, wants, options, join(path, key));
  });
}

function firstOf<T>(
  values: readonly T[],
  of: (value: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = of(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of the object itself: `constructor` in a model's JSON is a name like any other. */
function memberOf(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function join(path: string, key: string | number): string {
  return path === "" ? String(key) : `${path}.${key}`;
}

function place(path: string): string {
  return path === "" ? "" : `${path}: `;
}

const shortest = 80;

/** A value for a reason, cut to what can be read. */
export function short(value: unknown): string {
  const text = canonical(value);
  return text.length > shortest ? `${text.slice(0, shortest)}…` : text;
}
