import type { Attempt, CallEvent } from "../../events.ts";
import { oneLine } from "./clean.ts";
import { time } from "./format.ts";
import { paint } from "./terminal.ts";

/** What a bar shows, in milliseconds. */
interface Stretch {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly waitMs?: number | null;
}

const barWidth = 32;

/** The attempts of a call, each as a bar on the time the whole call took, with what came of it. */
export function timeline({ attempts, time: began, latencyMs }: CallEvent): string[] {
  const nameWidth = Math.max(0, ...attempts.map(({ target }) => oneLine(target).length));
  return attempts.flatMap((attempt, index) => {
    const name = oneLine(attempt.target).padEnd(nameWidth);
    const head = `${String(index + 1).padStart(2)}  ${name}`;
    const bar = barOf(attempt, { began, durationMs: latencyMs });
    const details = [
      ...(attempt.kind === "ask" ? [] : [paint("cyan", oneLine(attempt.kind))]),
      outcomeOf(attempt),
      `at ${time(Math.max(0, attempt.startedAt - began))}`,
      `took ${time(attempt.durationMs)}`,
      ...(attempt.firstTokenMs === null ? [] : [`first token ${time(attempt.firstTokenMs)}`]),
      ...(attempt.waitMs === null ? [] : [`then waited ${time(attempt.waitMs)}`]),
    ];
    const lines = [`${head}  ${bar}  ${details.join(", ")}`];
    if (attempt.error !== null) lines.push(`    ${paint("dim", oneLine(attempt.error))}`);
    return lines;
  });
}

/** A stretch of time within a longer one: `█` while it was asked, `░` while the call waited for the next attempt. */
export function barOf(
  { startedAt, durationMs, waitMs }: Stretch,
  whole: { readonly began: number; readonly durationMs: number },
  width: number = barWidth,
): string {
  const scale = width / Math.max(1, whole.durationMs);
  const clamp = (cells: number, most: number): number =>
    Math.min(Math.max(0, Math.round(cells)), most);
  const before = clamp((startedAt - whole.began) * scale, width - 1);
  const asked = clamp(Math.max(1, durationMs * scale), width - before);
  const waited = clamp((waitMs ?? 0) * scale, width - before - asked);
  const after = width - before - asked - waited;
  return `│${" ".repeat(before)}${"█".repeat(asked)}${"░".repeat(waited)}${" ".repeat(after)}│`;
}

function outcomeOf({ outcome, status }: Attempt): string {
  if (outcome === "ok") return paint("green", outcome);
  return paint(
    outcome === "running" ? "yellow" : "red",
    oneLine(`${outcome}${status === null ? "" : ` (${status})`}`),
  );
}
