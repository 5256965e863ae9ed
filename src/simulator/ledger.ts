import type { Answer } from "./draft.ts";
import type { FaultName } from "./faults/fault.ts";
import type { Protocol } from "./request.ts";

/** One request the simulator served, as it went. Times are `performance.now()` unless they say otherwise. */
export interface SimulatedRequest {
  /** 0 for the first request. */
  readonly index: number;
  readonly protocol: Exclude<Protocol, "in-process">;
  readonly model: string;
  readonly stream: boolean;
  /** From the header `x-seam-task`. */
  readonly task: string | undefined;
  /** When the whole request had arrived. */
  readonly receivedAt: number;
  readonly receivedDate: Date;
  readonly body: unknown;
  /** As received; credentials are replaced by "[redacted]". */
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: FaultName;
  /** What the model said, after the fault: compare with what your client received. */
  readonly answer: Answer | undefined;
  /** HTTP status sent, or undefined while nothing was. */
  readonly status: number | undefined;
  readonly bytesSent: number;
  readonly tokensSent: number;
  /** The client closed the connection before the response was complete. */
  readonly closedByClient: boolean;
  /** Undefined while the request is in flight. */
  readonly finishedAt: number | undefined;
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A request while it is being served. */
export type OpenRequest = Writable<SimulatedRequest>;

/** Totals since the start, or since `clear()`. */
export interface SimulatorReport {
  readonly requests: number;
  readonly inFlight: number;
  readonly closedByClient: number;
  readonly tokensSent: number;
  readonly bytesSent: number;
  readonly byProtocol: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Requests kept for inspection; the oldest go first. Totals count all. */
const keptRequests = 10_000;

/** Remembers requests and counts them. */
export interface Ledger {
  readonly requests: readonly SimulatedRequest[];
  readonly inFlight: number;
  open(request: Omit<SimulatedRequest, "index">): OpenRequest;
  close(request: OpenRequest): void;
  report(): SimulatorReport;
  clear(): void;
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const requests: SimulatedRequest[] = [];
  const inFlight = new Set<SimulatedRequest>();
  let opened = 0;
  let totals = emptyTotals();
  return {
    requests,
    get inFlight() {
      return inFlight.size;
    },
    open(request) {
      const entry: OpenRequest = { index: opened++, ...request };
      requests.push(entry);
      if (requests.length > keptRequests) requests.shift();
      inFlight.add(entry);
      return entry;
    },
    close(request) {
      if (!inFlight.delete(request)) return;
      request.finishedAt = performance.now();
      addTo(totals, request);
    },
    report: () => ({
      ...structuredClone(totals),
      requests: totals.requests + inFlight.size,
      inFlight: inFlight.size,
    }),
    clear() {
      requests.length = 0;
      opened = 0;
      totals = emptyTotals();
    },
  };
}

function emptyTotals() {
  return {
    requests: 0,
    closedByClient: 0,
    tokensSent: 0,
    bytesSent: 0,
    byProtocol: {} as Record<string, number>,
    byFault: {} as Record<string, number>,
    byStatus: {} as Record<string, number>,
  };
}

function addTo(totals: ReturnType<typeof emptyTotals>, request: SimulatedRequest): void {
  totals.requests++;
  totals.tokensSent += request.tokensSent;
  totals.bytesSent += request.bytesSent;
  if (request.closedByClient) totals.closedByClient++;
  count(totals.byProtocol, request.protocol);
  count(totals.byFault, request.fault);
  count(totals.byStatus, request.status === undefined ? "no answer" : String(request.status));
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
