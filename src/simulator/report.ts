import type { SimulatorReport } from "./ledger.ts";

/**
 * A report as a plain text table.
 *
 * @example
 * process.stdout.write(`${renderReport(simulator.report())}\n`);
 */
export function renderReport(report: SimulatorReport): string {
  const rows: [label: string, value: string][] = [
    ["requests", String(report.requests)],
    ...section("protocol", report.byProtocol),
    ...section("status", report.byStatus),
    ...section("fault", report.byFault),
    ["closed by the client", String(report.closedByClient)],
    ["still in flight", String(report.inFlight)],
    ["tokens sent", String(report.tokensSent)],
    ["bytes sent", String(report.bytesSent)],
  ];
  const labels = Math.max(...rows.map(([label]) => label.length));
  const values = Math.max(...rows.map(([, value]) => value.length));
  return rows
    .map(([label, value]) => `${label.padEnd(labels)}  ${value.padStart(values)}`)
    .join("\n");
}

function section(
  title: string,
  counts: Readonly<Record<string, number>>,
): [label: string, value: string][] {
  return Object.entries(counts)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, count]) => [`  ${title} ${name}`, String(count)]);
}
