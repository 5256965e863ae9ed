import { createServer, type Server } from "node:http";
import type { FaultPlan } from "./faults/plan.ts";
import { createLedger, type SimulatedRequest, type SimulatorReport } from "./ledger.ts";
import type { SimulationOptions } from "./options.ts";
import { createRateLimiter, type RateLimit } from "./rate-limit.ts";
import type { Script } from "./script.ts";
import { createSimulation } from "./simulation.ts";
import { createRequestHandler } from "./wire/handler.ts";

/** Where the simulator listens, and what it answers. */
export interface SimulatorOptions extends SimulationOptions {
  /** Default: 0, a free port. */
  readonly port?: number;
  /** Default: "127.0.0.1". */
  readonly host?: string;
  /** What is more than this is answered with 429, and every response tells what is left. Default: no limit. */
  readonly rateLimit?: RateLimit;
}

/** A running stand-in provider. */
export interface Simulator {
  /** For clients that add `/v1` themselves, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  /** For clients that want it included: `url` + "/v1". */
  readonly baseURL: string;
  /** Every request so far, oldest first, the ones in flight included. */
  readonly requests: readonly SimulatedRequest[];
  readonly inFlight: number;
  /** Replaces the fault plan and starts it from its beginning. */
  play(faults: FaultPlan): void;
  /** Replaces the script; all its `times` are unused. */
  script(script: Script): void;
  /** Forgets the requests and totals so far. */
  clear(): void;
  report(): SimulatorReport;
  /** Closes every connection and stops listening. Safe to call twice. */
  close(): Promise<void>;
}

const defaultHost = "127.0.0.1";

/**
 * Starts a stand-in provider that speaks Anthropic Messages and OpenAI Chat Completions over HTTP.
 * Rejects when the port is taken, or the fault plan or the rate limit is not valid.
 *
 * @example
 * const simulator = await startSimulator({ faults: ["status-429", "drop"] });
 * const anthropic = createAnthropic({ baseURL: simulator.baseURL, apiKey: "simulated" });
 * // … use it, then:
 * await simulator.close();
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulation = createSimulation(options);
  const ledger = createLedger();
  const closing = new AbortController();
  const limiter = options.rateLimit && createRateLimiter(options.rateLimit);
  const handle = createRequestHandler({ simulation, ledger, limiter, closing: closing.signal });
  const server = createServer((request, response) => void handle(request, response));
  const host = options.host ?? defaultHost;
  const port = await listen(server, options.port ?? 0, host);
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  let closed: Promise<void> | undefined;
  return {
    url,
    baseURL: `${url}/v1`,
    requests: ledger.requests,
    get inFlight() {
      return ledger.inFlight;
    },
    play: simulation.play,
    script: simulation.script,
    clear: ledger.clear,
    report: ledger.report,
    close() {
      closing.abort();
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

/** Connections that may wait to be taken: thousands of calls at once are a test, not a fault of ours. */
const backlog = 4_096;

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
