import type { ConversationRule } from "../call/conversation-rule.ts";
import { unlimitedOutput } from "../call/estimate.ts";
import { configError } from "../errors.ts";
import type { Arms } from "../policies/canary.ts";
import type { CheckedConversation } from "./checked.ts";
import { defaults } from "./defaults.ts";

/** What a task's conversations are made for. */
interface Place {
  readonly task: string;
  /** All tasks of the config. */
  readonly tasks: readonly string[];
  readonly arms: Omit<Arms, "name">;
}

/** How a task's conversations are kept in their window; what it leaves out comes from `common`, then from the defaults. */
export function conversationRule(
  own: CheckedConversation | undefined,
  common: CheckedConversation | undefined,
  { task, tasks, arms }: Place,
): ConversationRule {
  const { conversation: below } = defaults;
  return {
    window: own?.window ?? common?.window ?? windowOf(arms) ?? below.window,
    summarize: own?.summarize ?? common?.summarize ?? below.summarize,
    summaryTask: summaryTaskOf(own, common, { task, tasks }),
    lowWater: own?.lowWater ?? common?.lowWater ?? below.lowWater,
    highWater: below.highWater,
    summaryTokens: own?.summaryTokens ?? common?.summaryTokens ?? below.summaryTokens,
    onBusy: own?.onBusy ?? common?.onBusy ?? below.onBusy,
    busyWaitMs: own?.busyWait ?? common?.busyWait ?? below.busyWaitMs,
  };
}

/** What every target takes whose limit is known, without the room of its answer. */
function windowOf({ targets, canary }: Place["arms"]): number | undefined {
  const windows = [...targets, ...(canary?.targets ?? [])].flatMap(({ contextLimit, settings }) =>
    contextLimit === undefined
      ? []
      : [Math.max(0, contextLimit - (settings.maxOutputTokens ?? unlimitedOutput))],
  );
  return windows.length === 0 ? undefined : Math.min(...windows);
}

function summaryTaskOf(
  own: CheckedConversation | undefined,
  common: CheckedConversation | undefined,
  { task, tasks }: Omit<Place, "arms">,
): string {
  const usual = defaults.conversation.summaryTask;
  const named = own?.summaryTask ?? common?.summaryTask;
  if (named === undefined) return tasks.includes(usual) ? usual : task;
  if (tasks.includes(named)) return named;
  const place = own?.summaryTask === undefined ? "defaults" : `tasks.${task}`;
  const message = `there is no task ${JSON.stringify(named)}; known: ${tasks.join(", ")}`;
  throw configError("The config is wrong", [
    { path: `${place}.conversation.summaryTask`, message },
  ]);
}
