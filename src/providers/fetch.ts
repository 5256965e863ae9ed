import { APICallError } from "@ai-sdk/provider";
import { wireListenerOf } from "../call/wire-signal.ts";

/** An error body longer than this is cut: it is read for its message only. */
const longestErrorBody = 64 * 1024;

/**
 * The fetch that named providers use: the platform's own, which tells the attempt when the request left and when
 * headers came, and which does not mistake a JSON body (an error with status 200, a proxy's page) for an event stream.
 * Redirects are not followed: they would hand the prompt and the key to a host that the config does not name.
 */
export function providerFetch(
  readStream: (response: Response) => Response = (response) => response,
): typeof fetch {
  return async (input, init) => {
    const attempt = wireListenerOf(init?.signal);
    attempt?.requestSent();
    const response = await fetch(input, { ...init, redirect: "manual" });
    attempt?.headersReceived(response.status, (name) => response.headers.get(name));
    const isStream = attempt?.isStream === true && response.ok;
    if (!isStream) return response;
    if (isJson(response)) throw await notAStream(response);
    return readStream(response);
  };
}

function isJson(response: Response): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(response.headers.get("content-type") ?? "");
}

async function notAStream(response: Response): Promise<APICallError> {
  return new APICallError({
    message: "expected an event stream, got JSON",
    url: response.url,
    requestBodyValues: undefined,
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody: await readStart(response),
    isRetryable: false,
  });
}

async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > longestErrorBody) break;
  }
  return text;
}
