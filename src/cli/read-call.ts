import { ConfigError } from "../errors.ts";
import type { CallEvent, EventReader } from "../events.ts";

/** A call by its id or the beginning of it, with the calls that were made for it, oldest first. */
export async function readCall(
  events: EventReader,
  id: string,
): Promise<{ readonly call: CallEvent; readonly children: readonly CallEvent[] }> {
  const call = await events.get(id);
  if (call !== undefined) return { call, children: await events.children(call.id) };
  throw new ConfigError({
    summary: `No call in ${events.path} has the id ${JSON.stringify(id)}`,
    advice: "`seam calls --children` lists them. A call is written when it has ended.",
  });
}
