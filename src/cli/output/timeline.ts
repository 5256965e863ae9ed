import type { Attempt, CallEvent } from "../../events.ts";
import { oneLine } from "./clean.ts";
import { time } from "./format.ts";
import { paint } from "./terminal.ts";

const barWidth = 32;

/** The attempts of a call, each as a bar on the time the whole call took, with what came of it. */
export function timeline({ attempts, time: began, latencyMs }: CallEvent): string[] {
  const nameWidth = Math.max(0, ...attempts.map(({ target }) => oneLine(target).length));
  return attempts.flatMap((attempt, index) => {
    const name = oneLine(attempt.target).padEnd(nameWidth);
    const head = `${String(index + 1).padStart(2)}  ${name}`;
    const bar = barOf(attempt, began, latencyMs);
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

/** `█` while it was asked, `░` while the call waited for the next attempt. */
function barOf(
  { startedAt, durationMs, waitMs }: Attempt,
  began: number,
  latencyMs: number,
): string {
  const scale = barWidth / Math.max(1, latencyMs);
  const clamp = (cells: number, most: number): number =>
    Math.min(Math.max(0, Math.round(cells)), most);
  const before = clamp((startedAt - began) * scale, barWidth - 1);
  const asked = clamp(Math.max(1, durationMs * scale), barWidth - before);
  const waited = clamp((waitMs ?? 0) * scale, barWidth - before - asked);
  const after = barWidth - before - asked - waited;
  return `│${" ".repeat(before)}${"█".repeat(asked)}${"░".repeat(waited)}${" ".repeat(after)}│`;
}

function outcomeOf({ outcome, status }: Attempt): string {
  if (outcome === "ok") return paint("green", outcome);
  return paint(
    outcome === "running" ? "yellow" : "red",
    oneLine(`${outcome}${status === null ? "" : ` (${status})`}`),
  );
}
