import { resolve } from "node:path";
import { defaults } from "../../config/defaults.ts";
import { findConfig, loadConfig } from "../../config/load.ts";
import { storeOf } from "../../config/store-of.ts";
import { ConfigError } from "../../errors.ts";
import { type CallEvent, type EventFilter, type EventReader, openEvents } from "../../events.ts";
import type { Message } from "../../patterns/prompt.ts";
import { type Redactor, redactors } from "../../redact/redactor.ts";
import { isOfEval, type RecordedCall, recordedOf } from "../production/recorded.ts";
import type { CaseRow } from "../suite/case.ts";
import type { DataSource } from "../suite/define-eval.ts";

export interface RecordedCallsOptions<Input, Expected> extends Omit<EventFilter, "scope"> {
  readonly task: string;
  /** The file of events, from the folder of the eval file. Default: the `store` of the config. */
  readonly store?: string | undefined;
  /** The newest so many. Default: all that match. */
  readonly last?: number | undefined;
  /** What is taken out of texts. Default: all of `redactors`; `[]`: nothing. */
  readonly redact?: readonly Redactor[] | undefined;
  /**
   * Makes a row of a call: what the feature takes is seldom its prompt. `null` leaves the call out. Default: the messages
   * for `input`, what was answered for `expected`.
   *
   * @example row: ({ id, text, output }) => ({ id, input: text, expected: output })
   */
  readonly row?: ((call: RecordedCall) => CaseRow<Input, Expected> | null) | undefined;
}

/**
 * Cases of calls that the store has, oldest first; those that evals have made are left out. What was answered then is a
 * reference, which nobody has judged. The cases change as calls are made: to hold still, give `until`, or keep some in a
 * file with `seam eval sample`.
 *
 * @throws ConfigError where there is no store, or calls match and the content of none was kept
 *
 * @example data: recordedCalls({ task: "classify-ticket", since: "7d", row: ({ id, text, output }) => ({ id, input: text, expected: output }) })
 */
export function recordedCalls<Input = readonly Message[], Expected = unknown>(
  options: RecordedCallsOptions<Input, Expected>,
): DataSource<Input, Expected> {
  const { store, last, redact = Object.values(redactors), row = asItWas, ...filter } = options;
  return {
    name: `recorded calls of ${options.task}`,
    read: async function* ({ folder, signal }) {
      using events = openEvents(await storeIn(folder, store));
      const counts = { rows: 0, withoutContent: 0 };
      for await (const event of matching(events, filter, last)) {
        signal.throwIfAborted();
        const call = recordedOf(event, redact);
        if (call === undefined) counts.withoutContent++;
        const made = call && (row(call) as CaseRow<Input, Expected> | null);
        if (made === undefined || made === null) continue;
        counts.rows++;
        yield made;
      }
      if (counts.rows === 0 && counts.withoutContent > 0) throw withoutContent(options.task);
    },
  };
}

function asItWas({ id, messages, output, error, metadata }: RecordedCall): CaseRow {
  const isReference = error === null && output !== null;
  return { id, input: messages, ...(isReference && { expected: output }), metadata };
}

async function storeIn(folder: string, store: string | undefined): Promise<string> {
  if (store !== undefined) return resolve(folder, store);
  const file = findConfig(folder);
  if (file === undefined) return resolve(folder, defaults.store);
  const { path, config } = await loadConfig(file);
  return storeOf(config.store ?? defaults.store, path);
}

async function* matching(
  events: EventReader,
  filter: EventFilter,
  last: number | undefined,
): AsyncGenerator<CallEvent, void, void> {
  let newest: CallEvent[] = [];
  for await (const event of events.each({ ...filter, scope: "roots" })) {
    if (isOfEval(event)) continue;
    if (last === undefined) yield event;
    else if (newest.push(event) > 2 * last) newest = newest.slice(-last);
  }
  if (last !== undefined && last > 0) yield* newest.slice(-last);
}

function withoutContent(task: string): ConfigError {
  return new ConfigError({
    summary: `Nothing was kept of what the calls of ${JSON.stringify(task)} said`,
    advice: 'Their task has `content: "none"`; with "redacted", calls from now on can be cases.',
  });
}
