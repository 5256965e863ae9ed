import { createSeam, type Seam, type SeamConfig } from "llm-seam";
import { chatInTerminal } from "./chat/chat-in-terminal.ts";
import { readFacts, removeEvents } from "./facts.ts";
import { liveConfig, missingKey } from "./live.ts";
import { type DemoOptions, readOptions, usage } from "./options.ts";
import { noProgress, showProgress } from "./progress.ts";
import { readTickets, type Ticket } from "./read-tickets.ts";
import { type Pass, renderOutcomes, renderReport, reportOf } from "./report.ts";
import config, { type DeskTask, eventFile } from "./seam.config.ts";
import { serveCustomers } from "./service.ts";
import { type SimulatedDesk, startSimulatedDesk } from "./simulated-desk.ts";
import { type Step, workThrough } from "./work-through.ts";

/** The demo ends by itself, whatever happens. A real model is given more time. */
const timeLimitMs = { simulator: 17_000, live: 120_000 };

const titles: Readonly<Record<Step, string>> = {
  sort: "sorting",
  note: "handover notes",
  reply: "replies",
};

/** For the agent and the chat. */
const agentLimitMs = { simulator: 25_000, live: 120_000 };

const passTitles = {
  1: "First pass",
  2: "Second pass, the same tickets: what was answered whole comes from the cache",
};

/** Exit code: 0 when no ticket was lost, 1 when one was, 2 when the demo cannot start. */
async function main(options: DemoOptions): Promise<number> {
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (options.live) {
    const live = liveConfig(config, process.env);
    if (live !== undefined) return start(options, live);
    console.error(missingKey);
    return 2;
  }
  const simulator = await startSimulatedDesk();
  try {
    return await start(options, simulator.configured(config), simulator);
  } finally {
    await simulator.close();
  }
}

/** The chat, or the whole demo. */
async function start(
  options: DemoOptions,
  deskConfig: SeamConfig<DeskTask>,
  simulator?: SimulatedDesk,
): Promise<number> {
  if (!options.chat) return run(options, deskConfig, simulator);
  console.log(simulator === undefined ? aboutLive : aboutChat);
  const seam = createSeam(deskConfig);
  try {
    await chatInTerminal({ seam, tags: { part: "chat" } });
  } finally {
    await seam.close();
  }
  return 0;
}

async function run(
  options: DemoOptions,
  deskConfig: SeamConfig<DeskTask>,
  simulator?: SimulatedDesk,
): Promise<number> {
  const say = options.quiet || options.json ? () => {} : (text: string) => console.log(text);
  const { tickets, skipped } = readTickets(new URL("tickets.jsonl", import.meta.url));
  const chosen = tickets.slice(0, options.tickets);

  say(simulator === undefined ? aboutLive : aboutSimulator);
  say(`\n${chosen.length} tickets; ${skipped.length} lines of the file hold none and are skipped:`);
  for (const { line, reason } of skipped) say(`  line ${String(line).padEnd(3)} ${reason}`);

  removeEvents(eventFile);
  const model = simulator === undefined ? "live" : "simulator";
  const seam = createSeam(deskConfig);
  const passes = await twoPasses(options, chosen, seam, simulator);
  say("\nThe refund agent and the chat");
  const signal = AbortSignal.timeout(agentLimitMs[model]);
  const service = await serveCustomers({ seam, signal, tags: { part: "service" } });
  await seam.close();
  const report = reportOf(passes, {
    ...{ model, service },
    skippedLines: skipped.length,
    faults: simulator?.faults() ?? {},
    eventFile,
  });
  if (options.json) {
    console.log(JSON.stringify(report, null, 2));
  } else {
    say(`\nSome of what came out\n${renderOutcomes(passes[0]?.outcomes ?? [])}\n`);
    console.log(renderReport(report));
  }
  return report.lost === 0 ? 0 : 1;
}

/** The second pass finds in the cache what the first one has asked. */
async function twoPasses(
  { quiet, json }: DemoOptions,
  tickets: readonly Ticket[],
  seam: Seam<DeskTask>,
  simulator?: SimulatedDesk,
): Promise<Pass[]> {
  const limit = AbortSignal.timeout(timeLimitMs[simulator === undefined ? "live" : "simulator"]);
  const passes: Pass[] = [];
  for (const pass of [1, 2] as const) {
    if (!quiet && !json) console.log(`\n${passTitles[pass]}`);
    const begin = (step: Step, count: number) => {
      if (pass === 1) simulator?.misbehave(step);
      else simulator?.behave();
      return quiet || json ? noProgress : showProgress(titles[step], count, process.stdout);
    };
    const startedAt = performance.now();
    const desk = { seam, signal: limit, tags: { pass } };
    const outcomes = await workThrough(tickets, desk, { begin });
    const seconds = (performance.now() - startedAt) / 1_000;
    await seam.flush();
    passes.push({ outcomes, seconds, facts: await readFacts(eventFile, pass) });
  }
  return passes;
}

const aboutChat = `The support desk
  The model is a simulator: its answers come from keyword rules, and say nothing of how
  good a real model is. Nothing is paid, to nobody.`;

const aboutSimulator = `The support desk
  The model is a simulator: its answers come from keyword rules (desk-rules.ts), and it
  misbehaves on purpose. Nothing here says how good a real model is. Costs are those of the
  models named in seam.config.ts; nothing is paid.`;

const aboutLive = `The support desk, live
  Every call goes to the provider that you have a key for, and is billed.`;

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0); // `npm run demo | head` has read enough.
});

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
