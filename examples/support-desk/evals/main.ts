import { spawn } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { startSimulatedModel } from "./simulated-model.ts";

/** One act: what is done to the desk, what `seam eval` is asked for, and what it must say. */
interface Act {
  readonly title: string;
  readonly about: string;
  /** Changes the text of `prompts.ts`, as somebody might on a branch. */
  readonly edit?: (prompts: string) => string;
  readonly args: readonly string[];
  readonly exitCode: number;
  readonly says: RegExp;
}

const acts: readonly Act[] = [
  {
    title: "A good prompt",
    about: "Eighty labelled tickets, against the baseline that is committed beside the suite.",
    args: ["evals/tickets.eval.ts"],
    exitCode: 0,
    says: /passed/i,
  },
  {
    title: "A worsened prompt",
    about: "Somebody shortens the prompt: the line about billing goes, and nobody notices.",
    edit: (prompts) => prompts.replace(/^- billing:.*\n/m, ""),
    args: ["evals/tickets.eval.ts"],
    exitCode: 1,
    says: /regressed/,
  },
  {
    title: "A suite that is too small",
    about: "Six tickets. Nothing changed, and that says little.",
    args: ["evals/tiny.eval.ts"],
    exitCode: 0,
    says: /underpowered/,
  },
  {
    title: "Answers that need a judgment",
    about:
      "Replies, twice each, judged by a (simulated) model; the judge was never compared with people.",
    args: ["evals/replies.eval.ts"],
    exitCode: 0,
    says: /calibrat/i,
  },
  {
    title: "A prompt that no eval has seen",
    about: "One word of the prompt changes. The check needs no key and sends nothing.",
    edit: (prompts) => prompts.replace("very angry", "furious"),
    args: ["--check"],
    exitCode: 1,
    says: /furious/,
  },
];

const desk = fileURLToPath(new URL("..", import.meta.url));
const copy = join(desk, "..", ".seam", "support-desk");
/** The command, beside the library that the desk uses. */
const library = new URL(import.meta.resolve("llm-seam"));
const seam = fileURLToPath(new URL(`cli/main${extname(library.pathname)}`, library));

console.log(`The support desk's evals
  The model is a simulator: it sorts by keyword rules, into the categories that its prompt
  names, and judges by a rule. Nothing here says how good a real model is; nothing is paid.`);

const simulator = await startSimulatedModel();
try {
  let surprises = 0;
  for (const [index, act] of acts.entries()) {
    if (!(await play(act, index + 1))) surprises++;
  }
  process.exitCode = surprises === 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
  await simulator.close();
}

/** Whether it went as it should. */
async function play(act: Act, number: number): Promise<boolean> {
  console.log(styleText("bold", `\n${number}. ${act.title}`));
  console.log(styleText("dim", `   ${act.about}\n   $ seam eval ${act.args.join(" ")}\n`));
  copyDesk(act.edit);
  const { exitCode, output } = await runSeam(act.args);
  const isAsSaid = exitCode === act.exitCode && act.says.test(output);
  const verdict = isAsSaid
    ? styleText("green", `   exit code ${exitCode}, as it should be`)
    : styleText("red", `   exit code ${exitCode}; expected ${act.exitCode}, and ${act.says}`);
  console.log(`\n${verdict}`);
  return isAsSaid;
}

/** A copy of the desk, so that nothing that is committed is written over. */
function copyDesk(edit: (prompts: string) => string = (prompts) => prompts): void {
  rmSync(copy, { recursive: true, force: true });
  cpSync(desk, copy, { recursive: true, filter: (path) => !path.includes(".seam") });
  const file = join(copy, "prompts.ts");
  writeFileSync(file, edit(readFileSync(file, "utf8")));
}

async function runSeam(
  args: readonly string[],
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, ["--no-warnings", seam, "eval", ...args], {
    cwd: copy,
    env: {
      ...process.env,
      DESK_SIMULATOR: simulator.baseURL,
      FORCE_COLOR: process.stdout.isTTY ? "1" : "0",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      to.write(text);
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject).on("close", resolve);
  return { exitCode: await promise, output };
}
