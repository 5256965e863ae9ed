import type {
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultOutput,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import type { AgentRule } from "../../call/agent-rule.ts";
import { startNow } from "../../call/compose-event.ts";
import type { Tags } from "../../call/labels.ts";
import type { AgentToolCall } from "../../call/step.ts";
import type { StoppedBy, ToolRecord } from "../../call/tool-record.ts";
import type { Runtime } from "../../runtime.ts";
import { newId } from "../../util/id.ts";
import type { DataMarks } from "../data-marks.ts";
import { StepLimit } from "../run-errors.ts";
import { askApprover, type Decided, denialText } from "./ask-approver.ts";
import { hashOfCall } from "./gate/call-hash.ts";
import type { Gate } from "./gate/gate.ts";
import { fromPlain, toPlain } from "./gate/plain.ts";
import type { AskedCall, Verdict } from "./gate/verdict.ts";
import { Malformed } from "./malformed.ts";
import {
  eventOfCall,
  givenAgain,
  notMade,
  type OpenCall,
  type Settled,
  stepOf,
  type WaitingOpenCall,
} from "./open-call.ts";
import type { Approve, PendingApproval } from "./options.ts";
import type { AgentPart } from "./part.ts";
import { readCall } from "./read-call.ts";
import type { Segment } from "./segment.ts";
import type { WaitingCall } from "./snapshot.ts";
import type { AgentTool, AgentTools } from "./tool.ts";
import { idempotencyKeyOf } from "./tools/idempotency-key.ts";
import { runTool } from "./tools/run-tool.ts";
import type { ToolSchema } from "./tools/schema.ts";
import { Turns } from "./tools/turns.ts";

export interface DeskParts {
  readonly runtime: Runtime;
  readonly task: string;
  readonly tags: Tags;
  readonly mode: "generate" | "stream";
  /** Those that are granted. */
  readonly tools: AgentTools;
  readonly schemas: ReadonlyMap<string, ToolSchema>;
  readonly gate: Gate;
  readonly rule: AgentRule;
  readonly context: unknown;
  readonly runId: string;
  /** Names the work, for idempotency keys. */
  readonly runKey: string;
  readonly marks: DataMarks;
  readonly segment: Segment;
  readonly approve: Approve | undefined;
  readonly signal: AbortSignal;
  readonly isOverCost: () => boolean;
  readonly tell: (part: AgentPart) => void;
}

/** A call that a paused run waited for, with what was decided. */
export type DecidedCall = WaitingCall & Decided;

/** What the AI SDK's loop does with a call: runs it, passes it over, or stops for it. */
export type CallStatus = "approved" | "denied" | "user-approval";

/**
 * Where the tool calls of a run are decided and made. `take` reads and judges the calls of one answer, in order; `run`
 * makes one that may be made; `results` is what the model is given for all of them. A call without a ticket is not made.
 */
export class Desk {
  readonly #parts: DeskParts;
  readonly #turns = new Turns();
  readonly #calls = new Map<string, OpenCall>();
  readonly #malformed = new Malformed();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Judges the calls of an answer. Throws StepLimit where the run must end. */
  async take(calls: readonly LanguageModelV4ToolCall[]): Promise<void> {
    const open = calls.map((call) => this.#open(call.toolCallId, call.toolName, call.input));
    for (const call of open) await this.#read(call);
    this.#malformed.note(open);
    for (const call of open) {
      if (call.settled === undefined) await this.#judge(call);
    }
  }

  /** Takes up the calls that a paused run waited for, with what was decided; those that may be made, are. */
  async takeUp(waiting: readonly DecidedCall[]): Promise<void> {
    const open: OpenCall[] = [];
    for (const decided of waiting) {
      const call = this.#open(decided.toolCallId, decided.tool, decided.text);
      open.push(call);
      await this.#read(call);
      if (call.settled === undefined) await this.#judgeAgain(call, decided);
    }
    await Promise.all(open.map((call) => this.run(call.toolCallId)));
  }

  /** The tools that a model is offered, each with what it takes. */
  offered(): { readonly name: string; readonly tool: AgentTool; readonly schema: ToolSchema }[] {
    const { tools, schemas } = this.#parts;
    return Object.entries(tools).flatMap(([name, tool]) => {
      const schema = schemas.get(name);
      return schema === undefined ? [] : [{ name, tool, schema }];
    });
  }

  statusOf(toolCallId: string): CallStatus {
    const call = this.#calls.get(toolCallId);
    if (call?.ticket !== undefined) return "approved";
    return call?.waitsFor === undefined ? "denied" : "user-approval";
  }

  /** Makes a call that may be made, in its turn. Rejects only with the reason of the run's signal. */
  async run(toolCallId: string): Promise<void> {
    const call = this.#calls.get(toolCallId);
    const { ticket, tool } = call ?? {};
    if (call === undefined || tool === undefined || ticket === undefined) return;
    const { signal, isOverCost } = this.#parts;
    const { approval } = ticket;
    call.ticket = undefined;
    if (hashOfCall(call.name, call.input) !== ticket.hash) {
      const reason = "The arguments are not the ones that were agreed to.";
      this.#settle(call, notMade("denied", "approval", reason, { approval }));
      return;
    }
    const leave = await this.#turns.take(tool.effect, signal);
    try {
      if (isOverCost()) {
        const reason = "The run has reached its limit of cost.";
        this.#settle(call, notMade("denied", "limits", reason, { approval }));
      } else {
        await this.#make(call, tool, approval);
      }
    } finally {
      leave();
    }
  }

  /** What the model is given for the calls of the last answer, in their order. */
  results(): LanguageModelV4ToolResultPart[] {
    return [...this.#calls.values()].flatMap(({ toolCallId, name, settled }) =>
      settled?.forModel === undefined
        ? []
        : [{ type: "tool-result", toolCallId, toolName: name, output: settled.forModel }],
    );
  }

  /** The calls of the last answer that have come to something, as a step tells of them. */
  steps(): AgentToolCall[] {
    return [...this.#calls.values()].flatMap(stepOf);
  }

  /** Whether every call has come to something. */
  get isSettled(): boolean {
    return [...this.#calls.values()].every(({ settled }) => settled !== undefined);
  }

  /** The run is over: calls that have come to nothing were not made, and leave their events. */
  close(): void {
    const reason = "The run ended before the call was made.";
    for (const call of this.#calls.values()) {
      if (call.settled === undefined) this.#settle(call, notMade("denied", "limits", reason));
    }
  }

  /** The answer has been dealt with. */
  clear(): void {
    this.#calls.clear();
  }

  /** Those that wait for approval. */
  waiting(): WaitingOpenCall[] {
    return [...this.#calls.values()].flatMap((call) => {
      const { waitsFor } = call;
      return waitsFor === undefined ? [] : [{ ...call, waitsFor }];
    });
  }

  #open(toolCallId: string, name: string, text: string): OpenCall {
    const { tools } = this.#parts;
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    const call: OpenCall = {
      id: newId(),
      toolCallId,
      name,
      tool,
      text,
      input: text,
      start: startNow(),
      hasPlace: false,
      ticket: undefined,
      waitsFor: undefined,
      made: [],
      settled: undefined,
    };
    this.#calls.set(toolCallId, call);
    return call;
  }

  async #read(call: OpenCall): Promise<void> {
    const unread = await readCall(call, this.#parts.schemas);
    if (unread !== undefined) this.#settle(call, unread);
  }

  async #judge(call: OpenCall): Promise<void> {
    const verdict = await this.#verdictOn(call);
    if (verdict.kind !== "ask") {
      this.#obey(call, verdict);
      return;
    }
    const { approve, rule, runId, signal, tell } = this.#parts;
    const hash = hashOfCall(call.name, call.input);
    const pending: PendingApproval = {
      id: newId(),
      runId,
      tool: call.name,
      effect: call.tool?.effect ?? "irreversible",
      input: fromPlain(toPlain(call.input)),
      reason: verdict.reason,
      expiresAt: new Date(Date.now() + rule.approvalTtlMs),
    };
    if (approve === undefined) {
      call.waitsFor = { ...pending, hash };
      const { by, reason, error } = verdict;
      this.#settle(call, { ...notMade("waiting", by, reason, { error }), forModel: undefined });
    } else {
      tell({ type: "approval", approval: pending });
      const decided = await askApprover(approve, pending, signal);
      this.#decide(call, { approvalId: pending.id, hash, ...decided }, verdict.by);
    }
  }

  /** The world may have changed since the run paused: what the gate denies by now is denied, whoever has agreed. */
  async #judgeAgain(call: OpenCall, decided: DecidedCall): Promise<void> {
    const verdict = await this.#verdictOn(call);
    if (verdict.kind === "ask") this.#decide(call, decided, verdict.by);
    else if (verdict.kind === "run") this.#decide(call, decided, "approval");
    else this.#obey(call, verdict);
  }

  async #verdictOn(call: OpenCall): Promise<Verdict> {
    const verdict = await this.#parts.gate.judge(askedCall(call));
    call.hasPlace = verdict.kind === "run" || verdict.kind === "ask";
    return verdict;
  }

  #obey(call: OpenCall, verdict: Exclude<Verdict, { kind: "ask" }>): void {
    switch (verdict.kind) {
      case "run":
        call.ticket = { hash: hashOfCall(call.name, call.input), approval: null };
        return;
      case "repeat": {
        const { output, reason } = verdict;
        const forModel = givenAgain(output as LanguageModelV4ToolResultOutput, reason);
        this.#settle(call, { outcome: "repeated", by: "repeat", reason, forModel });
        return;
      }
      case "deny":
        this.#settle(call, notMade("denied", verdict.by, verdict.reason, verdict));
        return;
      case "end":
        this.#settle(call, notMade("denied", "repeat", verdict.summary));
        throw new StepLimit({ limit: "repeats", summary: verdict.summary });
    }
  }

  /** What was agreed to is the call of this hash, and no other. */
  #decide(
    call: OpenCall,
    decided: Pick<DecidedCall, "approvalId" | "hash"> & Decided,
    by: StoppedBy,
  ): void {
    const { approvalId: id, approved, hash, error } = decided;
    const approval = { id, approved, by: decided.by };
    if (approved) call.ticket = { hash, approval };
    else this.#settle(call, notMade("denied", by, denialText(decided), { approval, error }));
  }

  async #make(call: OpenCall, tool: AgentTool, approval: ToolRecord["approval"]): Promise<void> {
    const { gate, segment, runKey, runtime, task, tell } = this.#parts;
    const { context, runId, rule, signal, marks } = this.#parts;
    const { id, name, toolCallId, input } = call;
    tell({ type: "tool", toolCallId, name, input });
    const idempotencyKey = idempotencyKeyOf(runKey, name, input);
    const family = segment.familyOf(id, (event) => call.made.push(event));
    const place = { tool, name, toolCallId, input, context, runId, idempotencyKey };
    await runtime.group({ id, task, pattern: "tool", tool: { name, toolCallId } }, async () => {
      try {
        const run = await runTool({ ...place, rule, signal, marks, family });
        if (run.untrusted) gate.readUntrusted(`the result of the tool ${name}`);
        this.#settle(call, { ...run, by: null, approval, idempotencyKey });
      } catch (error) {
        // Only the end of the run comes here, while the tool was at work: what it has done is not known.
        const reason = "The run ended while the tool was at work.";
        const cut = notMade("failed", "limits", reason, { approval, error });
        this.#settle(call, { ...cut, idempotencyKey });
        throw error;
      }
    });
  }

  #settle(call: OpenCall, settled: Settled): void {
    const { gate, runtime, schemas, segment, tell, task, tags, mode } = this.#parts;
    const { toolCallId, name } = call;
    const { outcome, reason, forModel } = settled;
    if (call.hasPlace) gate.ended(askedCall(call), outcome, forModel);
    call.settled = settled;
    segment.addTool();
    const note = schemas.get(name)?.note ?? null;
    const notes = note === null ? [] : [note];
    runtime.record(eventOfCall(call, settled, { family: segment.family, task, tags, mode, notes }));
    tell({ type: "tool-result", toolCallId, name, outcome, reason });
  }
}

function askedCall({ name, toolCallId, input }: OpenCall): AskedCall {
  return { tool: name, toolCallId, input };
}
