import type { Command } from "commander";
import type { ExamineOptions } from "../doctor/examine.ts";
import type { Finding } from "../doctor/finding.ts";
import { exitCodes } from "../exit-codes.ts";
import { withStoreOptions } from "../find-store.ts";
import { jsonLine, multiLine } from "../output/clean.ts";
import { paint, print } from "../output/terminal.ts";

interface DoctorOptions extends ExamineOptions {
  readonly json?: true;
}

const examples = `
It looks at Node, the config, each provider's package, key and address, and the store. Nothing is
written, and no key is shown. With something broken it ends with exit code 1; warnings do not count.

Examples:
  seam doctor
  seam doctor --live                   also one tiny real call to each model, which costs a little
  seam doctor --json | jq 'select(.status == "fail")'`;

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .description("Check that calls can work, and say what to do if not.");
  withStoreOptions(command)
    .option("--live", "send one tiny real call to each model")
    .option("--json", "one JSON object a line: status, check, detail, advice")
    .addHelpText("after", examples)
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const { examine } = await import("../doctor/examine.ts");
  const write = options.json ? jsonLine : textOf;
  let failures = 0;
  for await (const finding of examine(options)) {
    if (finding.status === "fail") failures++;
    print(write(finding));
  }
  if (failures > 0) process.exitCode = exitCodes.failed;
  if (!options.json) print(`\n${verdict(failures)}`);
}

function verdict(failures: number): string {
  if (failures === 0) return paint("green", "Nothing is broken.");
  return paint("red", failures === 1 ? "One thing is broken." : `${failures} things are broken.`);
}

const marks = {
  ok: ["green", "ok  "],
  warn: ["yellow", "warn"],
  fail: ["red", "FAIL"],
} as const;

function textOf({ status, check, detail, advice }: Finding): string {
  const [style, mark] = marks[status];
  const lines = [`${paint(style, mark)}  ${multiLine(check)}: ${multiLine(detail)}`];
  if (advice !== null) lines.push(`      ${multiLine(advice)}`);
  return lines.join("\n");
}
