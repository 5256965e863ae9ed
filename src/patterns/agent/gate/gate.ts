import type { AgentRule } from "../../../call/agent-rule.ts";
import type { ToolOutcome } from "../../../call/tool-record.ts";
import { parseDuration } from "../../../util/duration.ts";
import type { Grant } from "../grant.ts";
import type { AgentTools } from "../tool.ts";
import { approvalNeed } from "./approval-need.ts";
import { type AskedRule, askRule, type RuleAnswer } from "./ask-rule.ts";
import { hashOfCall } from "./call-hash.ts";
import { type GrantedTool, grantedTool } from "./granted-tools.ts";
import { objectionOf } from "./permission.ts";
import { fromPlain, toPlain } from "./plain.ts";
import { type Rung, rungOf, verdictOfRung } from "./repeats.ts";
import type { RunState } from "./run-state.ts";
import { shortReason } from "./short-reason.ts";
import type { AskedCall, Verdict } from "./verdict.ts";

/**
 * Decides about each call of a tool in a run. `judge` comes first; a call that it lets run, or asks about, holds its
 * place in all limits until `ended` says what became of it. What it denies or repeats is over, without `ended`.
 */
export interface Gate {
  readonly state: RunState;
  /**
   * Decides about a call, one after another. Rejects only with the reason of the run's signal. Grant, repetition, number
   * of calls, `allow`, and then whether somebody must agree: the first that objects is the verdict.
   */
  judge(call: AskedCall): Promise<Verdict>;
  /**
   * Says what became of a call that had a place. `done`, `failed` and `timed-out` count as made; `denied` counts as asked
   * for in vain; one that is `waiting` keeps its place in this gate and leaves no trace in the state: when the run goes on,
   * with a gate of its own, the call is judged again.
   *
   * @param output what the model was given
   */
  ended(call: AskedCall, outcome: ToolOutcome, output: unknown): void;
  /** From now on the run counts as having read untrusted content. `what` is shown to approvers: no text of strangers. */
  readUntrusted(what: string): void;
}

interface GateParts {
  readonly tools: AgentTools;
  /** Checked by {@link checkGrant}. */
  readonly grant: Grant;
  readonly rule: AgentRule;
  readonly context: unknown;
  /** Goes on from here, and is written to. */
  readonly state: RunState;
  /** The run's. */
  readonly signal: AbortSignal;
}

/** A call that is under way: it is running, or waits for approval. */
interface Place {
  readonly tool: string;
  readonly toolCallId: string;
  readonly hash: string;
  readonly input: unknown;
}

export function openGate(parts: GateParts): Gate {
  return new RunGate(parts);
}

class RunGate implements Gate {
  readonly state: RunState;
  readonly #parts: GateParts;
  readonly #places: Place[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.state = parts.state;
  }

  judge(call: AskedCall): Promise<Verdict> {
    const verdict = this.#last.then(() => this.#judge(call));
    this.#last = verdict.catch(() => {});
    return verdict;
  }

  ended({ tool, toolCallId, input }: AskedCall, outcome: ToolOutcome, output: unknown): void {
    if (outcome === "waiting") return;
    const hash = hashOfCall(tool, input);
    const places = this.#places.filter(
      (place) => place.toolCallId === toolCallId && place.tool === tool,
    );
    // A tool may have changed its input, and a model may give two calls one id.
    const held = places.find((place) => place.hash === hash) ?? places[0];
    if (held !== undefined) this.#places.splice(this.#places.indexOf(held), 1);
    const made = held ?? { tool, hash, input: toPlain(input) };
    if (outcome === "denied") this.#countRefusal(made.hash);
    if (outcome !== "done" && outcome !== "failed" && outcome !== "timed-out") return;
    delete this.state.asked[made.hash];
    this.state.made.push({
      tool,
      hash: made.hash,
      input: made.input,
      outcome,
      output: toPlain(output),
    });
  }

  readUntrusted(what: string): void {
    this.state.untrusted ??= shortReason(what);
  }

  async #judge(call: AskedCall): Promise<Verdict> {
    const { tools, grant, signal } = this.#parts;
    signal.throwIfAborted();
    const granted = grantedTool(tools, grant, call.tool);
    if (granted === undefined) {
      return { kind: "deny", by: "grant", reason: "This tool is not available in this run." };
    }
    const place = { ...call, hash: hashOfCall(call.tool, call.input), input: toPlain(call.input) };
    const rung = this.#rung(place.hash, granted);
    const verdict =
      verdictOfRung(rung, call.tool) ??
      this.#overLimit(call.tool, granted) ??
      (await this.#byRules(place, granted));
    if (verdict.kind === "run" || verdict.kind === "ask") this.#places.push(place);
    else if (rung.kind !== "beside") this.#countRefusal(place.hash);
    return verdict;
  }

  #rung(hash: string, { tool: { effect } }: GrantedTool): Rung {
    const made = this.state.made.filter((call) => call.hash === hash);
    const underWay = this.#places.filter((place) => place.hash === hash).length;
    const refused = this.state.asked[hash] ?? 0;
    return rungOf({ effect, made, underWay, refused }, this.#parts.rule.repeats);
  }

  #overLimit(name: string, { rules }: GrantedTool): Verdict | undefined {
    const limit = rules.calls ?? this.#parts.rule.callsPerTool;
    if (this.#inputsOf(name).length < limit) return undefined;
    const reason = `This tool may be called ${times(limit)} in a run, and has been.`;
    return { kind: "deny", by: "calls", reason };
  }

  async #byRules(place: Place, granted: GrantedTool): Promise<Verdict> {
    const { rules, tool } = granted;
    const { context, rule, grant, signal } = this.#parts;
    const timeoutMs = parseDuration(tool.timeout) ?? rule.toolTimeoutMs;
    // Copies: a rule that changes what it is given changes nothing.
    const ask = (asked: AskedRule): Promise<RuleAnswer> => {
      const about = { context, earlier: this.#inputsOf(place.tool).map(fromPlain) };
      return askRule(asked, { input: fromPlain(place.input), about, timeoutMs, signal });
    };
    const denied = rules.allow && objectionOf("allow", await ask(rules.allow));
    if (denied !== undefined) return { kind: "deny", by: "constraint", ...denied };
    const { untrusted } = this.state;
    const { hosts = [] } = grant;
    return approvalNeed({ ...granted, hosts, input: place.input, untrusted, ask });
  }

  /** Of calls that were run or are under way, the oldest first. */
  #inputsOf(name: string): unknown[] {
    return [...this.state.made, ...this.#places]
      .filter(({ tool }) => tool === name)
      .map(({ input }) => input);
  }

  #countRefusal(hash: string): void {
    this.state.asked[hash] = (this.state.asked[hash] ?? 0) + 1;
  }
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
