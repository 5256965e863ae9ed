import type { Command } from "commander";
import { ConfigError } from "../../errors.ts";
import type { Approval } from "../../patterns/agent/approvals/approval.ts";
import { confirm } from "../../patterns/agent/approvals/ask-in-terminal.ts";
import { isInteractive, talk } from "../../util/ask.ts";
import { userName } from "../../util/user-name.ts";
import { exitCodes } from "../exit-codes.ts";
import { findStore, type StoreOptions, shortPath, withStoreOptions } from "../find-store.ts";
import type { OpenApprovals } from "../open-approvals.ts";
import { approvalJson, approvalsTable, renderApproval } from "../output/approvals.ts";
import { oneLine } from "../output/clean.ts";
import { counted } from "../output/format.ts";
import { note, print } from "../output/terminal.ts";

interface ListOptions extends StoreOptions {
  readonly task?: string;
  readonly run?: string;
  readonly all?: true;
  readonly json?: true;
}

interface ShowOptions extends StoreOptions {
  readonly json?: true;
}

interface DecideOptions extends ShowOptions {
  readonly by?: string;
  readonly note?: string;
  readonly yes?: true;
}

const listExamples = `
A run of an agent that needs somebody's agreement waits in the store. What is approved here is one
call of one tool with exactly the arguments that are shown. Then the app can resume the run.

Examples:
  seam approvals
  seam approvals --task refunds --json | jq -r .id
  seam approvals show 01k8zq4mb
  seam approvals approve 01k8zq4mb --note "asked the customer"
  seam approvals deny 01k8zq4mb --note "the order was never paid"`;

const showExamples = `
Examples:
  seam approvals show 01k8zq4mb        the beginning of the id, as much as it takes
  seam approvals show 01k8zq4mb --json | jq .input`;

const approveExamples = `
The arguments are shown first, every character of them, and the question is asked in the terminal.
Where there is none, --yes says that they have been seen: the arguments of an id never change.

Examples:
  seam approvals approve 01k8zq4mb
  seam approvals approve 01k8zq4mbtc7e2h5x9va --yes --by ada@shop.example`;

const denyExamples = `
Examples:
  seam approvals deny 01k8zq4mb --note "more than the order's total"`;

export function addApprovals(program: Command): void {
  const approvals = program
    .command("approvals")
    .description("List the calls of tools that wait for somebody to agree, the newest first.")
    .enablePositionalOptions();
  withStoreOptions(
    approvals
      .option("--task <name>", "of this task")
      .option("--run <id>", "of this run")
      .option("--all", "also those that are decided or have expired"),
  )
    .option("--json", "one JSON object a line, with the exact arguments in `input`")
    .addHelpText("after", listExamples)
    .action(list);
  withStoreOptions(
    approvals
      .command("show")
      .description("Show one approval: the tool, the reason, and every character of the arguments.")
      .argument("<id>", "its id, or the beginning of it"),
  )
    .option("--json", "one JSON object")
    .addHelpText("after", showExamples)
    .action(show);
  decideCommand(approvals, "approve", "Agree to one call of a tool, with exactly its arguments.")
    .option("--yes", "do not ask: the arguments have been seen")
    .addHelpText("after", approveExamples)
    .action(approve);
  decideCommand(approvals, "deny", "Refuse one call of a tool; the model is told the note.")
    .addHelpText("after", denyExamples)
    .action(deny);
}

function decideCommand(approvals: Command, name: string, description: string): Command {
  const command = approvals
    .command(name)
    .description(description)
    .argument("<id>", "its id, or the beginning of it")
    .option("--by <name>", "who decides; default: the user who runs the command")
    .option("--note <text>", "why; kept with the decision");
  return withStoreOptions(command).option("--json", "one JSON object: the approval, decided");
}

async function open(options: StoreOptions & { readonly json?: true }): Promise<OpenApprovals> {
  const { path, from } = await findStore(options);
  if (!options.json) note(`${shortPath(path)} (${from})`);
  const { openApprovals } = await import("../open-approvals.ts");
  return await openApprovals(path);
}

async function list(options: ListOptions): Promise<void> {
  using approvals = await open(options);
  const { task, run: runId, all, json } = options;
  const found = await approvals.list({ task, runId, all });
  if (json) for (const approval of found) print(approvalJson(approval));
  else if (found.length === 0) note(all ? "There is no approval." : "Nothing waits for approval.");
  else print(approvalsTable(found));
}

async function show(id: string, options: ShowOptions): Promise<void> {
  using approvals = await open(options);
  const approval = await approvals.find(id);
  print(options.json ? approvalJson(approval) : renderApproval(approval));
}

async function approve(id: string, options: DecideOptions): Promise<void> {
  using approvals = await open(options);
  const approval = await approvals.find(id);
  if (approval.status === "waiting" && !options.yes && !(await isConfirmed(approval))) {
    note("Nothing was decided: it still waits.");
    process.exitCode = exitCodes.failed;
    return;
  }
  await tell(approvals, await approvals.approve(approval.id, decider(options)), options);
}

async function deny(id: string, options: DecideOptions): Promise<void> {
  using approvals = await open(options);
  const { id: whole } = await approvals.find(id);
  await tell(approvals, await approvals.deny(whole, decider(options)), options);
}

function decider({ by = userName(), note: said }: DecideOptions) {
  return { by, note: said };
}

async function isConfirmed(approval: Approval): Promise<boolean> {
  const terminal = { input: process.stdin, output: process.stderr };
  if (!isInteractive(terminal)) {
    throw new ConfigError({
      summary: `Nobody can be asked about approval ${approval.id}: there is no terminal`,
      advice: "Look at it with `seam approvals show`, then approve it with --yes.",
    });
  }
  const never = new AbortController().signal;
  return (await talk(terminal, never, (ask) => confirm(approval, terminal, ask))) === true;
}

async function tell(
  approvals: OpenApprovals,
  approval: Approval,
  { json }: DecideOptions,
): Promise<void> {
  if (json) {
    print(approvalJson(approval));
    return;
  }
  const { runId, status, tool, decision } = approval;
  print(`${oneLine(tool)} of run ${oneLine(runId)}: ${status} by ${oneLine(decision?.by ?? "")}.`);
  const left = (await approvals.list({ runId })).length;
  if (left > 0) note(`The run waits for ${counted(left, "more approval")}.`);
  else note("The run goes on when the app resumes it.");
}
