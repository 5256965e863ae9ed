import { fingerprintOf } from "../../call/canonical.ts";
import type { CallEvent } from "../../call/event.ts";
import type { CallScope, CallTrace } from "../../call/scope.ts";
import type { StaticPrompt } from "../../call/static-prompt.ts";
import type { RecordedReplies } from "../replies/recorded.ts";
import { RecordedStandIn } from "../replies/stand-in.ts";
import { runSuite } from "../run/run-suite.ts";
import { isOfModel } from "../run/used.ts";
import type { Suite } from "../suite/suite.ts";
import type { LockedSuite } from "./lock.ts";
import { SaidTexts } from "./said.ts";

/** Gathers the prompts that calls of features have sent to models, by fingerprint. */
export class SentPrompts {
  readonly prompts: Map<string, StaticPrompt> = new Map();

  /** Those of judges are no feature's. */
  add(
    event: CallEvent,
    { metric }: { readonly metric: string | null },
    { prompt }: CallTrace,
  ): void {
    const { promptFingerprint } = event;
    if (metric !== null || promptFingerprint === null || prompt === null) return;
    if (isOfModel(event) && !this.prompts.has(promptFingerprint))
      this.prompts.set(promptFingerprint, prompt.static);
  }
}

/** What a suite has sent when it was run without a model. */
export interface Exercised extends LockedSuite {
  readonly suite: string;
  readonly prompts: ReadonlyMap<string, StaticPrompt>;
  /** How many answers were recorded ones, and how many simulated. */
  readonly answered: { readonly recorded: number; readonly simulated: number };
  /** Cases in which `run` has thrown, and what the first of them was told. */
  readonly failed: number;
  readonly failure: string | null;
}

export interface ExerciseOptions {
  /** The folder of the eval file. */
  readonly folder: string;
  /** Answers where no reply is recorded. */
  readonly standIn: NonNullable<CallScope["standIn"]>;
  /** `undefined`: there is no file of replies. */
  readonly replies: RecordedReplies | undefined;
  /** Runs at most so many cases, the first ones. */
  readonly sample: number;
  readonly signal: AbortSignal;
}

/** Runs the feature on the first cases of a suite, with a stand-in for every model: nothing is sent, paid, kept or scored. */
export async function exercise(suite: Suite, options: ExerciseOptions): Promise<Exercised> {
  const { folder, standIn, replies, sample, signal } = options;
  const sent = new SentPrompts();
  const answers = new RecordedStandIn(replies ?? new Map(), standIn);
  const said = new SaidTexts();
  const inputs: [id: string, input: string][] = [];
  let failed = 0;
  let failure: string | null = null;
  await runSuite(suite, {
    ...{ folder, sample, signal },
    standIn: (of) => answers.in(of),
    run: "dry",
    trials: 1,
    cache: "off",
    score: false,
    onCall: (event, about, trace) => {
      sent.add(event, about, trace);
      if (about.metric === null) said.add(event, about.case, trace);
    },
    onRow: ({ case: id, input, error }) => {
      inputs.push([id, fingerprintOf(input)]);
      if (error === null) return;
      failed++;
      failure ??= `${error.code}: ${error.message}`;
    },
  });
  signal.throwIfAborted();
  return {
    suite: suite.name,
    prompts: sent.prompts,
    data: fingerprintOf(inputs.sort(byId)),
    cases: inputs.length,
    replies: replies === undefined ? "simulated" : "recorded",
    answered: answers.answered,
    rendered: said.rendered,
    failed,
    failure,
  };
}

function byId([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
