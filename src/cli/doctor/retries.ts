import type { TaskRules } from "../../config/resolve.ts";
import type { EventReader } from "../../events.ts";
import { formatDuration } from "../../util/duration.ts";
import { count, counted } from "../output/format.ts";
import { type Finding, ok, warn } from "./finding.ts";

/** Where the config stacks retries on retries, or has retries that leave the deadline no room. */
export function checkRetries(tasks: Iterable<TaskRules>): Finding[] {
  const retrying = [...tasks].filter(({ retry }) => retry.attempts > 1);
  const findings = [...retrying.flatMap(seamsIn), ...retrying.flatMap(withoutRoom)];
  if (findings.length > 0) return findings;
  return [
    ok("retries", "no task stacks them on another seam's, and each leaves room for a second"),
  ];
}

/** Instances only: a provider of the config may bear the name, too. */
function seamsIn({ name, targets }: TaskRules): Finding[] {
  const seams = targets.filter((target) => !target.isLasting && target.name.startsWith("seam/"));
  return seams.map((target) =>
    warn(
      `retries ${name}`,
      `its target ${target.name} is itself a task of a seam, which retries by rules of its own`,
      `Nothing is asked twice for it, but \`retry\` of ${name} does not count there: name the model itself, or set \`retry: false\`.`,
    ),
  );
}

function withoutRoom({ name, limits, retry }: TaskRules): Finding[] {
  const { deadlineMs, attempt } = limits;
  if (attempt.totalMs < deadlineMs) return [];
  const [total, deadline] = [formatDuration(attempt.totalMs), formatDuration(deadlineMs)];
  return [
    warn(
      `retries ${name}`,
      `one attempt may take ${total} (attempt.total), and the whole call ${deadline} (deadline): where an attempt hangs, none of its ${retry.attempts - 1} retries can follow`,
      `Set \`attempt: { total }\` of ${name} to less than its deadline, e.g. a third of it.`,
    ),
  ];
}

const lookBack = { since: "7d", text: "7 days" } as const;

/** The tasks whose calls a loop outside of Seam repeats, as the events tell. */
export async function checkRepeats(events: EventReader): Promise<Finding[]> {
  const found = await events.repeats({ since: lookBack.since });
  return found.map(({ task, calls, repeats, features }) => {
    const where = features.length === 0 ? "" : ` (feature ${features.join(", ")})`;
    return warn(
      `repeats ${task}`,
      `${count(repeats)} of its ${counted(calls, "call")} of the last ${lookBack.text} repeat one that had just failed${where}: a loop outside of Seam retries, too`,
      "Set its retries to 0 (AI SDK: `maxRetries: 0`; p-retry: take it out), or let it be the only one: `retry: false`.",
    );
  });
}
