import Table from "cli-table3";

/** A table with its title; all columns but the first one hold numbers. */
export function table(title: string, head: string[], rows: string[][]): string {
  const shown = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...head.slice(1).map(() => "right" as const)],
  });
  shown.push(...rows);
  return `${title}\n${shown.toString()}`;
}
