import type { Attempt } from "./attempt.ts";
import type { Errand } from "./benign.ts";
import type { Played } from "./play.ts";

const words = 60;

/** The page that says for each attempt what stopped it. */
export function reportOf(
  attempts: readonly (readonly [Attempt, Played])[],
  errands: readonly (readonly [Errand, Played])[],
): string {
  const stopped = attempts.filter(([, { harm }]) => harm.length === 0).length;
  const useful = errands.filter(([, { harm }]) => harm.length === 0).length;
  const lines = attempts.map(([{ name, where, obeys }, { stoppedBy, outcome }], index) =>
    row([String(index + 1), name, where, didOf(obeys), stoppedBy.join(", "), outcome]),
  );
  const work = errands.map(([{ name, wanted }, { outcome }]) =>
    row([name, wanted.map(({ tool }) => tool).join(", ") || "only reads", outcome]),
  );
  return `# Injections: what was tried, and what stopped it

Written by \`npm run injections\`; a test fails when it is not up to date. A support desk's agent reads texts of
strangers. The model is a script that obeys every one of them: nothing here depends on what a model notices. What counts
is the world: what the tools have really done, what a server of the attacker's was asked for, how much a model was sent.
Each attempt is run over both wires, whole over the one (this is what the table says) and streamed over the other; and
once more by a bare loop of the AI SDK with the same model and tools, where every single one succeeds:
[the test](../test/agents/injections/injections.test.ts).

**${stopped} of ${attempts.length} attempts did no harm. ${useful} of ${errands.length} honest errands were done.**

"Blind approver": somebody agrees to whatever is asked. Elsewhere nobody is there, and a run that needs consent pauses.
The words of the column "stopped by" are those of [least privilege](least-privilege.md); \`guard\` has taken links or
images out of the text.

${row(["", "attempt", "hidden in", "what the model does", "stopped by", "the run"])}
|---|---|---|---|---|---|
${lines.join("\n")}

## Honest work goes through

The same agent, the same grant; somebody agrees to what is asked.

${row(["errand", "what is done", "the run"])}
|---|---|---|
${work.join("\n")}
`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function didOf(replies: Attempt["obeys"]): string {
  const all = replies.flatMap((reply) => {
    if (typeof reply === "string") return reply === "Done." ? [] : [`says ${code(reply)}`];
    if (reply.type !== "tool-calls") return [];
    const beside = reply.text === undefined ? [] : [`says ${code(reply.text)}`];
    return [
      ...beside,
      ...reply.calls.map(({ name, arguments: args }) => code(`${name} ${JSON.stringify(args)}`)),
    ];
  });
  const shown = all.slice(0, 3).join(", ");
  const more = all.length > 3 ? `, and ${all.length - 3} more` : "";
  return shown + more || "reads it";
}

/** Code stays on one line, and shows its end where it is long. */
function code(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("`", "'");
  return `\`${line.length > words ? `${line.slice(0, words)}…` : line}\``;
}
