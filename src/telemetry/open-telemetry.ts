import type { Context, MeterProvider, Span, Tracer } from "@opentelemetry/api";
import type { Ending } from "../call/answer.ts";
import type { Call } from "../call/call.ts";
import type { Start } from "../call/compose-event.ts";
import type { CallEvent } from "../call/event.ts";
import type { SpanRef } from "../call/scope.ts";
import { SeamError } from "../call/seam-error.ts";
import type { ToolRecord } from "../call/tool-record.ts";
import type { Troubles } from "../call/troubles.ts";
import {
  type CallGroup,
  type CallSpan,
  noTelemetry,
  type Telemetry,
} from "../policies/telemetry.ts";
import { attemptAttributes, type EndedAttempt, endedAttempts, hasFailed } from "./attempts.ts";
import { callAttributes, isFailure, seamAttributes } from "./call-attributes.ts";
import { contentOf } from "./content.ts";
import { groupAttributes, groupName, toolAttributes, toolContent } from "./groups.ts";
import { CallMetrics } from "./metrics.ts";
import type { TelemetryRule } from "./rule.ts";
import { attributesOf, modelOf } from "./target.ts";

type Api = typeof import("@opentelemetry/api");

const scope = "llm-seam";

/**
 * Spans and metrics of calls, through whatever SDK the application has registered, by the GenAI semantic conventions:
 * https://github.com/open-telemetry/semantic-conventions/tree/v1.41.0/docs/gen-ai
 * The API is loaded with the first call; where it is not installed, nothing is exported.
 */
export function openTelemetry(rule: TelemetryRule, troubles: Troubles): Telemetry {
  let exporter: Telemetry | undefined;
  let loading: Promise<Telemetry> | undefined;
  const load = async (): Promise<Telemetry> => {
    exporter = await exporterFor(rule, troubles);
    return exporter;
  };
  const ready = (): Promise<Telemetry> => {
    loading ??= load();
    return loading;
  };
  return {
    open: (call, start) =>
      exporter?.open(call, start) ?? ready().then((loaded) => loaded.open(call, start)),
    group: async (group, work) => (exporter ?? (await ready())).group(group, work),
    record: (event) => exporter?.record(event),
    groupSpan: (id) => exporter?.groupSpan(id) ?? null,
  };
}

async function exporterFor(rule: TelemetryRule, troubles: Troubles): Promise<Telemetry> {
  try {
    return new Exporter(await import("@opentelemetry/api"), rule, troubles);
  } catch (error) {
    const isMissing = (error as { code?: unknown } | null)?.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing) troubles.note("OpenTelemetry could not be loaded", error);
    return noTelemetry;
  }
}

class Exporter implements Telemetry {
  readonly #api: Api;
  readonly #rule: TelemetryRule;
  readonly #troubles: Troubles;
  readonly #tracer: Tracer;
  readonly #groups = new Map<string, Span>();
  #metrics: CallMetrics | undefined;
  #meterProvider: MeterProvider | undefined;

  constructor(api: Api, rule: TelemetryRule, troubles: Troubles) {
    this.#api = api;
    this.#rule = rule;
    this.#troubles = troubles;
    this.#tracer = api.trace.getTracer(scope);
  }

  open(call: Call, start: Start): CallSpan {
    const [target] = call.targets;
    const span = this.#guard(() =>
      this.#tracer.startSpan(`chat ${modelOf(target)}`, {
        kind: this.#api.SpanKind.CLIENT,
        startTime: start.time,
        attributes: attributesOf(target),
      }),
    );
    return {
      ref: this.#refOf(span),
      run: (work) => this.#within(span, work),
      end: (event, ending) => {
        this.#guard(() => this.#meters()?.call(event, call));
        if (span !== undefined) this.#guard(() => this.#tell(span, event, call, ending));
        this.#guard(() => span?.end(event.time + event.latencyMs));
      },
    };
  }

  async group<T>(group: CallGroup, work: () => Promise<T>): Promise<T> {
    const span = this.#guard(() => this.#openGroup(group));
    if (span !== undefined) this.#groups.set(group.id, span);
    try {
      return await this.#within(span, work);
    } catch (error) {
      if (SeamError.is(error)) this.#guard(() => this.#fail(span, error.code, null));
      throw error;
    } finally {
      this.#groups.delete(group.id);
      this.#guard(() => span?.end());
    }
  }

  record(event: CallEvent): void {
    if (event.parentId === null) this.#guard(() => this.#meters()?.root(event));
    if (event.tool === null) {
      this.#guard(() => this.#groups.get(event.id)?.setAttributes(seamAttributes(event)));
    } else {
      const { tool } = event;
      this.#guard(() => this.#tellTool(event, tool));
    }
  }

  groupSpan(id: string): SpanRef | null {
    return this.#refOf(this.#groups.get(id));
  }

  #refOf(span: Span | undefined): SpanRef | null {
    const about = this.#guard(() => span?.spanContext());
    if (about === undefined || !this.#api.isSpanContextValid(about)) return null;
    const { traceId, spanId, traceFlags } = about;
    return { traceId, spanId, traceFlags };
  }

  #openGroup(group: CallGroup, startTime?: number): Span {
    const attributes = groupAttributes(group);
    return this.#tracer.startSpan(groupName(group), {
      attributes,
      ...(startTime !== undefined && { startTime }),
    });
  }

  /** A tool that was not run has no group: its span is made when its event is there. */
  #tellTool(event: CallEvent, tool: ToolRecord): void {
    const open = this.#groups.get(event.id);
    const span = open ?? this.#openGroup({ ...event, tool }, event.time);
    span.setAttributes(toolAttributes(event, tool));
    if (this.#rule.content) span.setAttributes(toolContent(event));
    if (isFailure(event) && tool.outcome !== "denied") {
      this.#fail(span, event.errorCode, event.errorMessage);
    }
    if (open === undefined) span.end(event.time + event.latencyMs);
  }

  #tell(span: Span, event: CallEvent, call: Call, ending: Ending): void {
    if (!span.isRecording()) return;
    const context = this.#api.trace.setSpan(this.#api.ROOT_CONTEXT, span);
    for (const ended of endedAttempts(event, call)) this.#attempt(ended, context);
    const { conventions, content } = this.#rule;
    span.setAttributes(callAttributes(event, ending, conventions));
    if (content) span.setAttributes(contentOf(event, conventions));
    if (isFailure(event)) this.#fail(span, event.errorCode, event.errorMessage);
  }

  /** An attempt's span is made when all is over: nothing of it burdens the call. */
  #attempt(ended: EndedAttempt, context: Context): void {
    const { attempt } = ended;
    const span = this.#tracer.startSpan(
      `attempt ${attempt.target}`,
      {
        kind: this.#api.SpanKind.CLIENT,
        startTime: attempt.startedAt,
      },
      context,
    );
    span.setAttributes(attemptAttributes(ended));
    if (hasFailed(attempt)) this.#fail(span, attempt.outcome, attempt.error);
    span.end(attempt.startedAt + attempt.durationMs);
  }

  /** Texts of errors quote prompts and answers: they are content. */
  #fail(span: Span | undefined, type: string | null, message: string | null): void {
    span?.setAttribute("error.type", type ?? "_OTHER");
    span?.setStatus({
      code: this.#api.SpanStatusCode.ERROR,
      ...(this.#rule.content && message !== null && { message }),
    });
  }

  #within<T>(span: Span | undefined, work: () => T): T {
    const { context, isSpanContextValid, trace } = this.#api;
    let begun = false;
    try {
      if (span === undefined || !isSpanContextValid(span.spanContext())) {
        begun = true;
        return work();
      }
      return context.with(trace.setSpan(context.active(), span), () => {
        begun = true;
        return work();
      });
    } catch (error) {
      if (begun) throw error;
      this.#failed(error);
      return work();
    }
  }

  /** An SDK may be registered, or replaced, at any time; where there is none, nothing is counted. */
  #meters(): CallMetrics | undefined {
    const provider = this.#api.metrics.getMeterProvider();
    if (provider !== this.#meterProvider) {
      const meter = provider.getMeter(scope);
      const isNoop = meter === this.#api.createNoopMeter();
      this.#metrics = isNoop ? undefined : new CallMetrics(meter, this.#rule.conventions);
      this.#meterProvider = provider;
    }
    return this.#metrics;
  }

  #guard<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    this.#troubles.note("Telemetry could not be exported", error);
  }
}
