import type { OutputIssue } from "../../errors.ts";

export type ReadArguments =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly OutputIssue[] };

/** Whatever goes through a value level by level (hashing it, writing it as JSON) has room for many more. */
const deepest = 100;

/** The JSON that a model wrote as a tool's arguments. None at all is an empty object; many models write that. */
export function readArguments(text: string): ReadArguments {
  if (text.trim() === "") return { ok: true, value: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused("this is no JSON");
  }
  const objection = objectionTo(value, deepest);
  return objection === undefined ? { ok: true, value } : refused(objection);
}

function refused(message: string): ReadArguments {
  return { ok: false, issues: [{ path: "", message }] };
}

function objectionTo(value: unknown, room: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (room === 0) return `nested deeper than ${deepest} levels`;
  for (const [key, member] of Object.entries(value)) {
    if (isPrototype(key, member)) return `the key ${JSON.stringify(key)} is not allowed`;
    const objection = objectionTo(member, room - 1);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** A tool that copies its input must not get at the prototype of all objects. */
function isPrototype(key: string, value: unknown): boolean {
  if (key === "__proto__") return true;
  const isObject = typeof value === "object" && value !== null;
  return key === "constructor" && isObject && Object.hasOwn(value, "prototype");
}
