import type { Endpoint } from "../../providers/endpoint.ts";
import { type Finding, fail, ok, reasonOf, warn } from "./finding.ts";

const timeoutMs = 5_000;

/** Asks an endpoint for its list of models, which costs nothing, with the key that calls would use. */
export async function reach(endpoint: Endpoint): Promise<Finding> {
  const check = `reach ${endpoint.name}`;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${endpoint.baseURL}/models`, {
      headers: { ...credentials(endpoint), ...endpoint.headers },
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    return judged(check, endpoint, response.status);
  } catch (error) {
    const reason = signal.aborted
      ? `no answer within ${timeoutMs / 1_000} s`
      : networkReason(error);
    return fail(
      check,
      `${endpoint.baseURL}: ${reason}`,
      "Check the address, that the server runs, and the network (proxy, firewall, VPN).",
    );
  }
}

function credentials({ kind, apiKey }: Endpoint): Record<string, string> {
  if (kind === "anthropic") {
    return {
      "anthropic-version": "2023-06-01",
      ...(apiKey !== undefined && { "x-api-key": apiKey }),
    };
  }
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}

function judged(check: string, endpoint: Endpoint, status: number): Finding {
  const { baseURL, apiKey, apiKeyVariable } = endpoint;
  if (status < 400) return ok(check, `${baseURL} answers (${status})`);
  if (status === 401 || status === 403) {
    if (apiKey === undefined) return ok(check, `${baseURL} answers, and wants a key (${status})`);
    const advice = `Check ${apiKeyVariable} (or \`providers.${endpoint.name}.apiKey\`): is it whole, of this provider, still valid?`;
    return fail(check, `${baseURL} refuses the key (${status})`, advice);
  }
  if (status === 404) {
    const advice =
      "Some servers have no list of models; if calls fail as well, check the path, e.g. a missing /v1.";
    return warn(check, `${baseURL}/models is not there (404)`, advice);
  }
  return warn(
    check,
    `${baseURL} answers with ${status}`,
    "Try again later; see the provider's status page.",
  );
}

/** What fetch says is "fetch failed"; its cause says why. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  return code ?? reasonOf(cause ?? error);
}
