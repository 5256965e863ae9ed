import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

/** A span as it came over the wire, with its attributes as a plain record. */
export interface ReceivedSpan {
  readonly name: string;
  readonly scope: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** 1 internal, 3 client. */
  readonly kind: number;
  /** 0 unset, 2 error. */
  readonly status: { readonly code: number; readonly message?: string };
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One series of a metric: a sum's value, or a histogram's count, sum and bounds. */
export interface ReceivedPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number | undefined;
  readonly count: number | undefined;
  readonly sum: number | undefined;
  readonly bounds: readonly number[] | undefined;
}

export interface ReceivedMetric {
  readonly unit: string;
  readonly points: readonly ReceivedPoint[];
}

/** A collector that takes OTLP over HTTP, and the SDK of an application that sends to it. */
export interface Collector extends AsyncDisposable {
  /** Everything received since the last `clear`, oldest first. */
  spans(): Promise<ReceivedSpan[]>;
  metrics(): Promise<ReadonlyMap<string, ReceivedMetric>>;
  /** All that has come over the wire. */
  wire(): Promise<string>;
  clear(): Promise<void>;
}

interface Wire {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly WireSpan[];
    }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly WireMetric[] }[];
  }[];
}

interface WireSpan extends Omit<ReceivedSpan, "attributes" | "scope" | "startMs" | "durationMs"> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly WireAttribute[];
}

interface WirePoint {
  readonly attributes: readonly WireAttribute[];
  readonly asInt?: number;
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly explicitBounds?: readonly number[];
}

interface WireMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly WirePoint[] };
  readonly histogram?: { readonly dataPoints: readonly WirePoint[] };
}

interface WireAttribute {
  readonly key: string;
  readonly value: WireValue;
}

interface WireValue {
  readonly [type: string]: unknown;
  readonly arrayValue?: { readonly values: readonly WireValue[] };
}

/** Starts a collector and registers a real SDK with the API of this process. */
export async function startCollector(): Promise<Collector> {
  let bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const tracers = new TracerProvider({
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${url}/v1/traces` }) }),
    ],
  });
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({
      url: `${url}/v1/metrics`,
      temporalityPreference: AggregationTemporality.DELTA,
    }),
    exportIntervalMillis: 3_600_000,
  });
  const meters = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);

  const received = async (): Promise<Wire[]> => {
    await tracers.forceFlush();
    await meters.forceFlush();
    return bodies.map((body) => JSON.parse(body) as Wire);
  };
  return {
    spans: async () => (await received()).flatMap(spansIn),
    metrics: async () => {
      const byName = Map.groupBy((await received()).flatMap(metricsIn), ({ name }) => name);
      return new Map([...byName].map(([name, parts]) => [name, shown(parts)]));
    },
    wire: async () => {
      await received();
      return bodies.join("\n");
    },
    clear: async () => {
      await received();
      bodies = [];
    },
    [Symbol.asyncDispose]: async () => {
      await tracers.shutdown();
      await meters.shutdown();
      for (const api of [trace, metrics, context]) api.disable();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function spansIn({ resourceSpans = [] }: Wire): ReceivedSpan[] {
  return resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ scope, spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, ...span }) => ({
        ...span,
        scope: scope.name,
        startMs: Number(startTimeUnixNano) / 1e6,
        durationMs: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
        attributes: recordOf(span.attributes),
      })),
    );
}

function metricsIn({ resourceMetrics = [] }: Wire): WireMetric[] {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
}

function shown(parts: readonly WireMetric[]): ReceivedMetric {
  const points = parts.flatMap(({ sum, histogram }) => (sum ?? histogram)?.dataPoints ?? []);
  return {
    unit: parts[0]?.unit ?? "",
    points: points.map(({ attributes, asInt, asDouble, explicitBounds, ...point }) => ({
      attributes: recordOf(attributes),
      value: asInt ?? asDouble,
      bounds: explicitBounds,
      count: point.count,
      sum: point.sum,
    })),
  };
}

function recordOf(attributes: readonly WireAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: WireValue): unknown {
  return value.arrayValue === undefined
    ? Object.values(value)[0]
    : value.arrayValue.values.map(plain);
}
