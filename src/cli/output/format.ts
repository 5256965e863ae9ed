import { formatDuration } from "../../util/duration.ts";

/** What stands where there is nothing to say. */
const nothing = "–";

export function count(value: number | null): string {
  return value === null ? nothing : value.toLocaleString("en-US");
}

/** `1 call`, `2 calls`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Milliseconds as people read them. */
export function time(ms: number | null): string {
  if (ms === null) return nothing;
  return ms > 0 && ms < 10 ? `${Number(ms.toPrecision(2))} ms` : formatDuration(ms);
}

/** Four significant digits below a dollar, cents above. */
export function usd(value: number): string {
  if (value === 0) return "$0";
  if (value >= 1) return `$${value.toFixed(2)}`;
  return `$${Number(value.toPrecision(3)).toFixed(10).replace(/0+$/, "")}`;
}

const byteUnits = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** `3.1 GB`; thousands, as disks count. */
export function bytes(value: number): string {
  const power = Math.min(byteUnits.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1_000 ** power).toPrecision(3))} ${byteUnits[power]}`;
}

/** A share of a whole: `12 %`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? nothing : `${Number(((part / whole) * 100).toPrecision(2))} %`;
}

/** A cost that may be known in part: `$0.012`, `$0.012 + 2?` with two attempts of unknown cost, `2?`, `?`. */
export function cost(known: number | null, unknownAttempts: number): string {
  if (unknownAttempts === 0) return known === null ? "?" : usd(known);
  const unknown = `${count(unknownAttempts)}?`;
  return known === null || known === 0 ? unknown : `${usd(known)} + ${unknown}`;
}

/** Local time, `2026-01-31 09:15:02`. */
export function moment(ms: number): string {
  const date = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 19).replace("T", " ");
}
