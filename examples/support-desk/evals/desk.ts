import { createSeam, type Seam } from "llm-seam";
import type { Desk } from "../features.ts";
import type { Ticket } from "../read-tickets.ts";
import config, { type DeskTask } from "../seam.config.ts";

/** Where the simulator is; without it, the providers are asked, which needs their keys. */
const simulator = process.env["DESK_SIMULATOR"];

/** The desk's own seam: what is evaluated is what ships. Only where the providers are may differ. */
export const seam: Seam<DeskTask> = createSeam(
  simulator === undefined ? config : { ...config, providers: providersAt(simulator) },
);

function providersAt(baseURL: string) {
  const provider = { baseURL, apiKey: "simulated", taskHeader: "x-seam-task" };
  return { anthropic: provider, openai: provider };
}

/** The seam as a feature of the desk takes it. */
export function deskFor({ id }: Ticket, signal: AbortSignal): Desk {
  return { seam, signal, tags: { ticket: id } };
}
