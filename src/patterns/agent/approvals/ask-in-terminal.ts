import { raceAbort } from "../../../util/abort.ts";
import { type Ask, isInteractive, type Terminal, talk } from "../../../util/ask.ts";
import { userName } from "../../../util/user-name.ts";
import type { Approve, Decision, PendingApproval } from "../options.ts";
import { approvalText } from "./approval-text.ts";

export interface AskInTerminalOptions extends Partial<Terminal> {
  /** Who decides; default: the user who runs the process. */
  readonly by?: string | undefined;
}

/** Who waits for a terminal, by its input: one question at a time. */
const turns = new WeakMap<object, Promise<unknown>>();

/**
 * An `approve` for programs that run in a terminal: shows the tool, the reason and the exact arguments, with all that is
 * invisible in them made visible, and asks. Several approvals are asked for one after another. Where there is no
 * terminal it denies.
 *
 * @example seam.agent("refunds", { tools, grant, approve: askInTerminal() });
 */
export function askInTerminal(options: AskInTerminalOptions = {}): Approve {
  return async (approval, { signal }) => {
    const { input = process.stdin, output = process.stderr, by = userName() } = options;
    const terminal = { input, output };
    if (!isInteractive(terminal)) {
      return { approved: false, by, note: "nobody can be asked: there is no terminal" };
    }
    const before = turns.get(input) ?? Promise.resolve();
    const asked = raceAbort(before, signal).then(() => askAbout(approval, terminal, by, signal));
    turns.set(input, Promise.allSettled([before, asked]));
    return await asked;
  };
}

function askAbout(
  approval: PendingApproval,
  terminal: Terminal,
  by: string,
  signal: AbortSignal,
): Promise<Decision> {
  return talk(terminal, signal, async (ask) => {
    const isAgreed = await confirm(approval, terminal, ask);
    if (isAgreed === undefined) return { approved: false, by, note: "the terminal was closed" };
    if (approval.expiresAt.getTime() <= Date.now()) {
      return { approved: false, by, note: "the approval has expired" };
    }
    if (isAgreed) return { approved: true, by };
    const note = (await ask("Why not? The model is told. [no reason] "))?.trim();
    return { approved: false, by, ...(note && { note }) };
  });
}

/** Shows an approval and asks about it; `undefined` once the terminal has been closed. */
export async function confirm(
  approval: PendingApproval,
  { output }: Terminal,
  ask: Ask,
): Promise<boolean | undefined> {
  output.write(`\n${approvalText(approval)}\n`);
  const answer = await ask("Approve exactly this? [y/N] ");
  return answer === undefined ? undefined : /^\s*y(es)?\s*$/i.test(answer);
}
