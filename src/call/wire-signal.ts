import type { HeaderReader } from "./rate-limit-headers.ts";

/** What the HTTP client can tell about an attempt before its provider library says anything. */
export interface WireListener {
  /** Whether an event stream is awaited. */
  readonly isStream: boolean;
  requestSent(): void;
  headersReceived(status: number, header: HeaderReader): void;
}

const listeners = new WeakMap<AbortSignal, WireListener>();

/** Lets the fetch of a provider find the attempt that a request belongs to: they share the signal. */
export function listenToWire(signal: AbortSignal, listener: WireListener): void {
  listeners.set(signal, listener);
}

export function wireListenerOf(signal: AbortSignal | null | undefined): WireListener | undefined {
  return signal === null || signal === undefined ? undefined : listeners.get(signal);
}
