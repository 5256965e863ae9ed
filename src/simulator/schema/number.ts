import type { SchemaObject } from "./described.ts";

const usualRange = 100;

/** A number inside the schema's limits: small and whole where that is possible. */
export function numberFor(schema: SchemaObject, whole: boolean, seed: number): number {
  const step = typeof schema.multipleOf === "number" ? schema.multipleOf : undefined;
  const { low, high } = limits(schema);
  const wanted = clamp((seed % usualRange) + 1, low, high);
  if (step !== undefined) return onGrid(wanted, step, low, high);
  const rounded = [wanted, Math.floor(wanted), Math.ceil(wanted), Math.floor(wanted) + 1]
    .concat(Math.ceil(wanted) - 1)
    .find((candidate) => Number.isInteger(candidate) && isInside(candidate, schema));
  if (rounded !== undefined || whole) return rounded ?? Math.round(wanted);
  return isInside(wanted, schema) ? wanted : (low + high) / 2;
}

function limits(schema: SchemaObject): { low: number; high: number } {
  const mins = [schema.minimum, schema.exclusiveMinimum].filter(
    (limit) => typeof limit === "number",
  );
  const maxs = [schema.maximum, schema.exclusiveMaximum].filter(
    (limit) => typeof limit === "number",
  );
  const min = mins.length > 0 ? Math.max(...mins) : undefined;
  const max = maxs.length > 0 ? Math.min(...maxs) : undefined;
  return {
    low: min ?? Math.min(0, (max ?? 0) - usualRange),
    high: max ?? Math.max(usualRange, (min ?? 0) + usualRange),
  };
}

function isInside(value: number, schema: SchemaObject): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  return (
    (typeof minimum !== "number" || value >= minimum) &&
    (typeof maximum !== "number" || value <= maximum) &&
    (typeof exclusiveMinimum !== "number" || value > exclusiveMinimum) &&
    (typeof exclusiveMaximum !== "number" || value < exclusiveMaximum)
  );
}

/** The multiple of `step` nearest to `wanted` that stays inside, written without rounding dust. */
function onGrid(wanted: number, step: number, low: number, high: number): number {
  const digits = decimals(step);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const index = clamp(Math.round(wanted / step), first, Math.max(first, last));
  return Number((index * step).toFixed(digits));
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const fraction = mantissa.split(".")[1]?.length ?? 0;
  return clamp(fraction - Number(exponent), 0, 20);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
