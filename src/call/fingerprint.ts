import { fingerprintOf } from "./canonical.ts";
import type { ModelRequest } from "./request.ts";
import type { Target } from "./target.ts";

/** Changes when the meaning of a stored answer changes, so that answers of older releases are never read as new ones. */
const fingerprintVersion = 1;

/**
 * The key of an answer: everything that can change it, plus the namespace that keeps tenants apart. Headers, signals
 * and ids are not in it: they must not change the answer.
 */
export function fingerprint(namespace: string, target: Target, request: ModelRequest): string {
  const { headers: _headers, includeRawChunks: _raw, ...answerable } = request;
  return fingerprintOf({
    v: fingerprintVersion,
    namespace,
    target: target.identity,
    request: answerable,
  });
}
