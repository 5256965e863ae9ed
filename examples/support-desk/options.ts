import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface DemoOptions {
  /** Opens the chat in the terminal instead. */
  readonly chat: boolean;
  readonly live: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** Only the first tickets; `undefined`: all. */
  readonly tickets: number | undefined;
}

export const usage = `npm run demo -- [options]

  --chat        chat with the desk yourself; it also hands out refunds
  --live        ask the real model: needs ANTHROPIC_API_KEY or OPENAI_API_KEY
  --tickets N   only the first N tickets (default: all; 12 with --live)
  --quiet       only the closing table
  --json        only the numbers, as JSON
`;

const liveTickets = 12;

/** Reads the command line; throws a TypeError that says what is wrong with it. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      chat: { type: "boolean", default: false },
      live: { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      tickets: { type: "string" },
    },
  });
  const tickets = values.tickets === undefined ? undefined : Number(values.tickets);
  if (tickets !== undefined && !(Number.isInteger(tickets) && tickets > 0)) {
    throw new TypeError(`--tickets needs a number above 0; got "${values.tickets}"`);
  }
  return { ...values, tickets: tickets ?? (values.live ? liveTickets : undefined) };
}
