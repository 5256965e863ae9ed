import type { OutputIssue } from "../../errors.ts";

export type ReadArguments =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly OutputIssue[] };

/** The JSON that a model wrote as a tool's arguments. None at all is an empty object; many models write that. */
export function readArguments(text: string): ReadArguments {
  if (text.trim() === "") return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(text, refusePrototypes) };
  } catch (error) {
    const message = error instanceof RefusedKey ? error.message : "this is no JSON";
    return { ok: false, issues: [{ path: "", message }] };
  }
}

class RefusedKey extends Error {}

/** A tool that copies its input must not get at the prototype of all objects. */
function refusePrototypes(key: string, value: unknown): unknown {
  const isPrototype =
    key === "__proto__" ||
    (key === "constructor" &&
      typeof value === "object" &&
      value !== null &&
      Object.hasOwn(value, "prototype"));
  if (isPrototype) throw new RefusedKey(`the key ${JSON.stringify(key)} is not allowed`);
  return value;
}
