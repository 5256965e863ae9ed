import type { LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { Ending } from "../../call/answer.ts";
import { textOf } from "../../call/assemble.ts";
import type { Accept, Call } from "../../call/call.ts";
import { parentEventOf, startNow } from "../../call/compose-event.ts";
import type { ModelRequest } from "../../call/request.ts";
import { SeamError } from "../../call/seam-error.ts";
import type { Target } from "../../call/target.ts";
import { InvalidOutput, type RejectedOutput, Truncated } from "../../errors.ts";
import type { CallSpec, Runtime } from "../../runtime.ts";
import { newId } from "../../util/id.ts";
import { refuseRefusals } from "../result.ts";
import type { OutputFormat } from "./format.ts";
import { correctiveRequest } from "./re-ask.ts";

type Targets = readonly [Target, ...Target[]];

export interface ExtractionParts<T> {
  readonly runtime: Runtime;
  readonly format: OutputFormat<T>;
  /** The first ask; later ones change its request and its targets. */
  readonly spec: CallSpec & { readonly id: string };
  /** Sends one ask and waits for its whole result. */
  readonly ask: (call: Call) => Promise<LanguageModelV4GenerateResult>;
  /** The output limit that an answer cut off by `length` is asked again with; `undefined`: it is not. */
  readonly moreRoom: number | undefined;
}

export interface Extracted<T> {
  readonly value: T;
  readonly result: LanguageModelV4GenerateResult;
  /** Every ask, in order; the last one gave the value. */
  readonly calls: readonly Call[];
}

/**
 * Asks until an answer fits the schema: the task's targets; then, once, the one that answered, with the issues quoted
 * or with more room; then each remaining fallback, afresh. All within one deadline. A refusal ends it at once.
 */
export function runExtraction<T>(parts: ExtractionParts<T>): Promise<Extracted<T>> {
  return parts.runtime.group(parts.spec, () => runAsks(parts));
}

async function runAsks<T>(parts: ExtractionParts<T>): Promise<Extracted<T>> {
  const { runtime, spec } = parts;
  const asks = new Asks(spec, parts.moreRoom !== undefined);
  try {
    const extracted = await askUntilFit(parts, asks);
    asks.close(runtime, { ok: true, result: extracted.result });
    return { ...extracted, calls: asks.calls };
  } catch (thrown) {
    const attempts = asks.calls.flatMap(({ trace }) => trace.attempts);
    const own = { task: spec.task, callId: spec.id, attempts };
    const error = SeamError.is(thrown) ? thrown.with(own) : thrown;
    asks.close(runtime, { ok: false, error });
    throw error;
  }
}

type Fit<T> = Omit<Extracted<T>, "calls">;
type Misfit = { readonly error: InvalidOutput | Truncated; readonly targets: Targets };

async function askUntilFit<T>(parts: ExtractionParts<T>, asks: Asks): Promise<Fit<T>> {
  const { request } = parts.spec;
  const rejected: RejectedOutput[] = [];
  const ask = async (asked: ModelRequest, targets?: Targets): Promise<Fit<T> | Misfit> => {
    const outcome = await askOnce(parts, asks, asked, targets);
    if ("error" in outcome && outcome.error instanceof InvalidOutput) {
      rejected.push(...outcome.error.outputs);
    }
    return outcome;
  };

  const first = await ask(request);
  if (!("error" in first)) return first;
  const second = await ask(secondRequest(parts, first.error), first.targets);
  if (!("error" in second)) return second;

  let misfit = second;
  for (const fallback of second.targets.slice(1)) {
    if (misfit.error instanceof Truncated) break;
    const next = await ask(request, [fallback]);
    if (!("error" in next)) return next;
    misfit = next;
  }
  throw misfit.error instanceof Truncated ? misfit.error : new InvalidOutput(rejected);
}

/** What the one that answered is asked next; throws Truncated where there is no more room to give. */
function secondRequest<T>(
  { spec, format, moreRoom }: ExtractionParts<T>,
  error: InvalidOutput | Truncated,
): ModelRequest {
  if (error instanceof Truncated) {
    if (moreRoom === undefined) throw error;
    return { ...spec.request, maxOutputTokens: moreRoom };
  }
  const [rejected] = error.outputs;
  if (rejected === undefined) throw error;
  return correctiveRequest(spec.request, rejected, format.jsonSchema);
}

async function askOnce<T>(
  { runtime, format, spec, ask }: ExtractionParts<T>,
  asks: Asks,
  request: ModelRequest,
  targets: Targets | undefined,
): Promise<Fit<T> | Misfit> {
  let judged: { readonly target: Target; readonly value?: T } | undefined;
  const accept: Accept = async (result, target) => {
    judged = { target };
    judged = { target, value: await judge(format, result, target) };
  };
  const prepared = runtime.prepare({
    ...spec,
    request,
    cacheRequest: spec.request,
    targets: targets ?? spec.targets,
    accept,
    written: asks.calls[0]?.written,
    recordAs: asks.recordAs(),
  });
  const rules = asks.calls.length === 0 ? prepared.rules : [];
  const call = { ...prepared, rules, deadline: asks.deadlineOf(prepared) };
  asks.calls.push(call);
  try {
    const result = await ask(call);
    if (judged === undefined || !("value" in judged))
      throw new TypeError("an answer was not judged");
    return { value: judged.value, result };
  } catch (error) {
    if (!(error instanceof InvalidOutput) && !(error instanceof Truncated)) throw error;
    return { error, targets: targetsFrom(call.targets, judged?.target) };
  }
}

/** The value of an answer; throws Refused, Truncated or InvalidOutput. */
async function judge<T>(
  format: OutputFormat<T>,
  result: LanguageModelV4GenerateResult,
  target: Target,
): Promise<T> {
  const place = { target: target.name };
  const text = result.structuredOutputText ?? textOf(result.content);
  await refuseRefusals(result, target);
  if (result.finishReason.unified === "length") throw new Truncated(text, place);
  const reading = await format.read(text);
  if (reading.ok) return reading.value;
  throw new InvalidOutput([{ target: target.name, text, issues: reading.issues }], place);
}

/** The target that answered, and those after it. */
function targetsFrom(targets: Targets, target: Target | undefined): Targets {
  const index = target === undefined ? -1 : targets.indexOf(target);
  const [first, ...others] = targets.slice(Math.max(0, index));
  return first === undefined ? targets : [first, ...others];
}

/** The asks of one extract. Several of them get a parent event; a single one is the event itself. */
class Asks {
  readonly calls: Call[] = [];
  readonly #id: string;
  readonly #parentId: string | undefined;
  readonly #asksAgainAfterLength: boolean;
  readonly #start = startNow();
  #isParent = false;

  constructor({ id, family }: ExtractionParts<unknown>["spec"], asksAgainAfterLength: boolean) {
    this.#id = id;
    this.#parentId = family?.parentId;
    this.#asksAgainAfterLength = asksAgainAfterLength;
  }

  /** The first ask is recorded as the call itself, unless its ending leads to another. */
  recordAs(): NonNullable<CallSpec["recordAs"]> {
    return (ending) => {
      if (this.#leadsToAnother(ending)) this.#isParent = true;
      return this.#isParent
        ? { id: newId(), parentId: this.#id }
        : { id: this.#id, parentId: this.#parentId };
    };
  }

  /** All asks share the deadline of the first. */
  deadlineOf({ limits }: Call): Call["deadline"] {
    return { at: this.#start.at + limits.deadlineMs };
  }

  close(runtime: Runtime, ending: Ending): void {
    const [first, ...others] = this.calls;
    if (first === undefined || !this.#isParent) return;
    const ids = { id: this.#id, parentId: this.#parentId ?? null };
    runtime.record(parentEventOf([first, ...others], ids, ending, this.#start));
  }

  #leadsToAnother(ending: Ending): boolean {
    if (ending.ok) return false;
    if (ending.error instanceof InvalidOutput) return true;
    return ending.error instanceof Truncated && this.#asksAgainAfterLength;
  }
}
