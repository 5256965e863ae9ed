import type { Answer, Ending, StreamAnswer } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import { interrupted } from "../call/interrupted.ts";
import { withSettings } from "../call/request.ts";
import { SeamError } from "../call/seam-error.ts";
import type { Target } from "../call/target.ts";
import type { Resume } from "../call/trace.ts";
import { InvalidRequest, StreamInterrupted } from "../errors.ts";
import type { Next } from "./policy.ts";
import { ResumedStream } from "./resume/resumed-stream.ts";

/**
 * Goes on with a stream that broke after its commit, where the task says `afterCommit: "resume"`: the target that broke,
 * or the next one, is asked for the rest of the text, within the same deadline, and the caller sees one stream. Streams
 * of calls with tools or structured output, and those that held more than text and reasoning, fail as they are.
 */
export async function resume(call: Call, next: Next): Promise<Answer> {
  const answer = await next(call);
  if (answer.mode === "generate" || call.maxResumes === 0) return answer;
  const stream = new ResumedStream(call.trace);
  return { mode: "stream", parts: stream.parts, end: toTheEnd(answer, stream, call, next) };
}

async function toTheEnd(
  first: StreamAnswer,
  stream: ResumedStream,
  call: Call,
  next: Next,
): Promise<Ending> {
  let ending = await stream.follow(first);
  while (!ending.ok) {
    const { error } = ending;
    const resumable = resumableOf(error, stream, call);
    if (resumable === undefined) return stream.fail(finalError(error, stream.text, call));
    const { targets, broken } = resumable;
    const resumed: Call = { ...call, targets, attemptKind: "resume", resumeFrom: stream.text };
    try {
      ending = await stream.follow(await askOn(resumed, next), broken);
    } catch (failed) {
      return stream.fail(finalError(failed, stream.text, call));
    }
  }
  return stream.end(ending.result);
}

/** What broke a stream, and who can be asked to go on with it; `undefined` when it is to fail. */
function resumableOf(
  error: unknown,
  stream: ResumedStream,
  call: Call,
):
  | { readonly targets: Call["targets"]; readonly broken: Pick<Resume, "from" | "reason"> }
  | undefined {
  if (call.signal.aborted || !(error instanceof StreamInterrupted)) return undefined;
  const { cause, target: from = "" } = error;
  if (!SeamError.is(cause) || !cause.reroutable) return undefined;
  const at = call.targets.findIndex(({ name }) => name === from);
  const [target, ...others] = call.targets.slice(cause.retryable ? at : at + 1);
  const obstacle = target === undefined ? "no other target is left" : obstacleTo(stream, call);
  if (target !== undefined && obstacle === undefined) {
    return { targets: [target, ...others], broken: { from, reason: cause.summary } };
  }
  call.trace.notes.push(`not resumed: ${obstacle}`);
  return undefined;
}

function obstacleTo(
  stream: ResumedStream,
  { request, maxResumes, trace }: Call,
): string | undefined {
  if (request.tools !== undefined && request.tools.length > 0) return "the call has tools";
  if (request.responseFormat?.type === "json") return "the answer is structured";
  if (!stream.isPlain) return "more than text has been seen";
  return trace.resumes.length < maxResumes
    ? undefined
    : `it broke off again after ${maxResumes} resumes`;
}

/** Sends the call for the rest; a model that takes no prefill after all is asked in words. */
async function askOn(call: Call, next: Next): Promise<StreamAnswer> {
  try {
    return streamOf(await next(call));
  } catch (error) {
    const broke = call.targets.findIndex((target) => hasRefusedPrefill(target, error, call));
    const [target, ...others] = call.targets.slice(broke);
    if (broke === -1 || target === undefined) throw error;
    call.trace.notes.push(`${target.name} takes no prefill; it was asked to go on instead`);
    return streamOf(
      await next({ ...call, targets: [{ ...target, takesPrefill: () => false }, ...others] }),
    );
  }
}

function hasRefusedPrefill(target: Target, error: unknown, call: Call): boolean {
  return (
    error instanceof InvalidRequest &&
    error.status === 400 &&
    error.target === target.name &&
    target.takesPrefill(withSettings(target.settings, call.request))
  );
}

function streamOf(answer: Answer): StreamAnswer {
  if (answer.mode === "stream") return answer;
  throw new TypeError("a call of mode stream was answered without one");
}

/** What the caller is told, who has seen `text`: an error of the resume is the last word, too. */
function finalError(error: unknown, text: string, { id, task, trace }: Call): unknown {
  if (!SeamError.is(error)) return error;
  const cause =
    error instanceof StreamInterrupted && error.cause !== undefined ? error.cause : error;
  const place = { task, callId: id, target: error.target, attempts: trace.attempts };
  return interrupted(cause, text, place);
}
