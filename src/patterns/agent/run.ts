import type {
  LanguageModelV4Content,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import type { AgentRule } from "../../call/agent-rule.ts";
import { textOf } from "../../call/assemble.ts";
import type { AgentStep } from "../../call/step.ts";
import { toUsage } from "../../call/usage.ts";
import type { Settings } from "../../config/types.ts";
import { DeadlineExceeded, InvalidOutput, type RejectedOutput } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import { linkAbort, raceAbort, within } from "../../util/abort.ts";
import { dataMarks } from "../data-marks.ts";
import type { Message } from "../prompt.ts";
import { StepLimit } from "../run-errors.ts";
import { askStep } from "./ask-step.ts";
import { CallIds } from "./call-ids.ts";
import { type DecidedCall, Desk } from "./desk.ts";
import { type Gate, openGate } from "./gate/gate.ts";
import { grantedTools } from "./gate/granted-tools.ts";
import type { Grant } from "./grant.ts";
import { type Offered, openLoop } from "./loop.ts";
import type { WaitingOpenCall } from "./open-call.ts";
import type { Approve } from "./options.ts";
import type { AgentPart } from "./part.ts";
import { RunText } from "./run-text.ts";
import { Segment } from "./segment.ts";
import type { RunPoint } from "./snapshot.ts";
import type { AgentTools } from "./tool.ts";
import { schemaOf, type ToolSchema } from "./tools/schema.ts";
import { Transcript } from "./transcript.ts";

/** A part of a run: from its beginning, or from a pause. */
export interface RunParts {
  readonly runtime: Runtime;
  readonly task: string;
  readonly runId: string;
  /** The id of the part's event; of the first part, the run's. */
  readonly segmentId: string;
  readonly mode: "generate" | "stream";
  readonly tools: AgentTools;
  readonly grant: Grant;
  readonly rule: AgentRule;
  readonly approve: Approve | undefined;
  readonly settings: Settings | undefined;
  /** What it goes on from. */
  readonly from: RunPoint;
  /** What was decided about the calls that it waited for. */
  readonly decided: readonly DecidedCall[];
  /** The caller's. */
  readonly signal: AbortSignal;
  readonly tell: (part: AgentPart) => void;
}

/** Why a part of a run has ended without an error. */
export type RunStop =
  | { readonly kind: "answered"; readonly content: readonly LanguageModelV4Content[] }
  | {
      readonly kind: "paused";
      readonly content: readonly LanguageModelV4Content[];
      readonly waiting: readonly WaitingOpenCall[];
    };

type Step = { -readonly [Name in keyof AgentStep]: AgentStep[Name] };

/** What is at work when a run fails ends at once; no run waits longer for it. */
const longestStopMs = 1_000;

/** A part of a run while it goes on. */
export class Run {
  readonly segment: Segment;
  readonly text: RunText;
  readonly #parts: RunParts;
  readonly #gate: Gate;
  readonly #transcript: Transcript;
  readonly #steps: Step[];
  readonly #abort: ReturnType<typeof linkAbort>;
  #desk: Desk | undefined;
  readonly #callIds: CallIds;
  #isWhole = true;
  #failure: { readonly error: unknown } | undefined;
  #last: readonly LanguageModelV4Content[] = [];
  /** The results of calls of the step that a pause cut in two. */
  #earlier: RunPoint["results"];

  constructor(parts: RunParts) {
    const { runtime, task, mode, from, signal, grant, rule, segmentId: id } = parts;
    this.#parts = parts;
    this.#transcript = new Transcript(from.messages, from.given);
    this.#steps = from.steps.map((step) => ({ ...step }));
    this.#earlier = from.results;
    this.#callIds = new CallIds(from.messages);
    this.#abort = linkAbort(signal);
    const prompt = { prompt: [...from.messages] };
    const target = runtime.rulesOf(task).targets[0].name;
    this.segment = new Segment({
      id,
      task,
      mode,
      tags: from.tags,
      target,
      prompt,
      before: from.spent,
      signal,
    });
    this.#gate = openGate({
      tools: parts.tools,
      grant,
      rule,
      context: from.context,
      state: structuredClone(from.state),
      signal: this.#abort.controller.signal,
    });
    this.text = new RunText(
      { hosts: grant.hosts ?? [], trusted: from.trusted },
      () => this.#gate.state.untrusted !== null,
    );
  }

  /** Goes on to the answer or the next pause. Rejects with the caller's own reason, or a SeamError. */
  async goOn(): Promise<RunStop> {
    const { rule, from } = this.#parts;
    const { controller, unlink } = this.#abort;
    const { deadlineMs: limitMs } = rule;
    const expire = (): void => controller.abort(new DeadlineExceeded({ limit: "run", limitMs }));
    const timer = setTimeout(expire, Math.max(0, limitMs - from.spent.ms));
    const work = this.#untilStop();
    try {
      return await raceAbort(work, controller.signal);
    } catch (thrown) {
      const error = this.#failure === undefined ? thrown : this.#failure.error;
      this.#isWhole = this.#desk?.isSettled ?? true;
      // Whatever of the run is still at work shall stop, and come to something before the run tells of its steps.
      controller.abort(error);
      await within(longestStopMs, work).catch(() => {});
      this.#desk?.close();
      throw error;
    } finally {
      clearTimeout(timer);
      unlink();
    }
  }

  /** Where the run stands, to be gone on from. */
  point(): Omit<RunPoint, "segments"> {
    const { from } = this.#parts;
    const waiting = this.#desk?.waiting() ?? [];
    return {
      ...from,
      messages: this.#transcript.open,
      given: this.#transcript.given,
      results: this.#results(),
      waiting: waiting.map(({ toolCallId, name, text, waitsFor }) => ({
        ...{ toolCallId, text, tool: name },
        ...{ approvalId: waitsFor.id, hash: waitsFor.hash },
      })),
      steps: this.steps,
      state: this.#gate.state,
      spent: this.segment.spent,
    };
  }

  /** What was done so far. */
  get steps(): AgentStep[] {
    this.#noteCalls();
    return this.#steps.map((step) => ({ ...step }));
  }

  get messages(): Message[] {
    return this.#transcript.own.map((message) => this.text.guardMessage(message));
  }

  get isUntrusted(): boolean {
    return this.#gate.state.untrusted !== null;
  }

  /** Whether every call had come to something when the run failed: only from there it can go on after an error. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  async #untilStop(): Promise<RunStop> {
    const desk = await this.#openDesk();
    await desk.takeUp(this.#parts.decided);
    const { task } = this.#parts;
    const loop = await openLoop({
      task,
      desk,
      signal: this.#abort.controller.signal,
      step: (offered) => this.#noting(this.#step(desk, offered)),
      run: (toolCallId) => this.#noting(desk.run(toolCallId)),
    });
    const empty: RejectedOutput[] = [];
    for (;;) {
      await loop();
      const waiting = desk.waiting();
      if (waiting.length > 0) return { kind: "paused", content: this.#last, waiting };
      if (textOf(this.#last).trim() !== "") return { kind: "answered", content: this.#last };
      empty.push({
        target: this.segment.answeredBy,
        text: "",
        issues: [{ path: "", message: "it is empty" }],
      });
      if (empty.length > 1) throw new InvalidOutput(empty, { task });
      this.#transcript.asked("Your answer was empty. Answer now, in text.");
    }
  }

  async #openDesk(): Promise<Desk> {
    const { runtime, task, mode, grant, rule, from, runId, approve, tell } = this.#parts;
    const tools = grantedTools(this.#parts.tools, grant);
    const schemas = new Map<string, ToolSchema>();
    for (const [name, tool] of Object.entries(tools)) {
      schemas.set(name, await schemaOf(name, tool));
    }
    this.#desk = new Desk({
      ...{ runtime, task, mode, tools, schemas, rule, runId, approve, tell },
      ...{ gate: this.#gate, segment: this.segment, signal: this.#abort.controller.signal },
      ...{ context: from.context, tags: from.tags, runKey: from.key, marks: dataMarks(from.nonce) },
      isOverCost: () => this.#isOverCost,
    });
    return this.#desk;
  }

  /** The loop may swallow an error or wrap it; what has failed first is what the run fails with. */
  async #noting<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async #step(desk: Desk, offered: Offered): Promise<LanguageModelV4ToolCall[]> {
    const { runtime, task, from, settings, mode, tell } = this.#parts;
    this.#closeStep(desk);
    this.#mayAsk();
    const tellText = (text: string): void => {
      if (text !== "") tell({ type: "text", text });
    };
    const { call, result } = await askStep(
      runtime,
      {
        ...{ task, settings, tags: from.tags, family: this.segment.family },
        request: { ...offered, prompt: [...this.#transcript.messages] },
        templates: from.templates,
        signal: this.#abort.controller.signal,
      },
      mode === "stream" ? this.text.sink(tellText) : undefined,
    );
    const content = this.#callIds.unique(result.content);
    if (content.some(isFromElsewhere)) this.#gate.readUntrusted("what the provider's tools found");
    this.#last = content;
    this.#transcript.answered(content);
    this.#steps.push({
      callId: call.id,
      text: this.text.guard(textOf(content)).text,
      toolCalls: [],
      finishReason: result.finishReason.unified,
      usage: toUsage(result.usage),
      cost: this.segment.heard(call.id)?.costUsd ?? null,
    });
    const calls = content.filter(isOurs);
    if (calls.length > 0) this.#mayGoOn();
    await desk.take(calls);
    return calls;
  }

  /** The calls of the last answer have come to something: the next request holds what. */
  #closeStep(desk: Desk): void {
    this.#noteCalls();
    this.#transcript.replied(this.#results());
    this.#earlier = [];
    desk.clear();
  }

  #noteCalls(): void {
    const last = this.#steps.at(-1);
    const noted = this.#desk?.steps() ?? [];
    if (last === undefined) return;
    const kept = last.toolCalls.filter(
      ({ toolCallId }) => !noted.some((call) => call.toolCallId === toolCallId),
    );
    last.toolCalls = [...kept, ...noted];
  }

  #results(): LanguageModelV4ToolResultPart[] {
    const results = [...this.#earlier, ...(this.#desk?.results() ?? [])];
    const order = this.#transcript.lastCalls;
    return results.toSorted((a, b) => order.indexOf(a.toolCallId) - order.indexOf(b.toolCallId));
  }

  #mayAsk(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#abort.controller.signal.throwIfAborted();
    const { steps } = this.#parts.rule;
    this.#mayGoOn();
    if (this.#steps.length < steps) return;
    const summary = `The run has made ${steps} ${steps === 1 ? "step" : "steps"}, and wanted to go on`;
    throw new StepLimit({ limit: "steps", summary });
  }

  #mayGoOn(): void {
    if (!this.#isOverCost) return;
    const { cost } = this.segment.spent;
    const summary = `The run has cost $${cost?.toFixed(4)}, more than its limit of $${this.#parts.rule.costUsd}, and wanted to go on`;
    throw new StepLimit({ limit: "cost", summary });
  }

  get #isOverCost(): boolean {
    const { costUsd } = this.#parts.rule;
    return costUsd !== undefined && (this.segment.spent.cost ?? 0) > costUsd;
  }
}

/** A call of one of the run's tools; the provider runs its own. */
function isOurs(part: LanguageModelV4Content): part is LanguageModelV4ToolCall {
  return part.type === "tool-call" && part.providerExecuted !== true;
}

/** What a provider's own tools have found was written by strangers. */
function isFromElsewhere({ type }: LanguageModelV4Content): boolean {
  return type === "source" || type === "tool-result";
}
