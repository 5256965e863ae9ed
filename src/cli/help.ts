import type { Command } from "commander";
import { buildProgram } from "./program.ts";

const width = 100;

/** The help of the program and of every command, as Markdown, for the docs. */
export function commandHelp(): string {
  return everyCommand(buildProgram())
    .map(({ name, command }) => `### \`${name}\`\n\n\`\`\`text\n${helpOf(command)}\n\`\`\``)
    .join("\n\n");
}

interface NamedCommand {
  /** With the names of the commands above it, as it is typed. */
  readonly name: string;
  readonly command: Command;
}

function everyCommand(command: Command, above = ""): NamedCommand[] {
  const name = `${above}${command.name()}`;
  const below = command.commands.flatMap((inner) => everyCommand(inner, `${name} `));
  return [{ name, command }, ...below];
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim().replace(/ +$/gm, "");
}
