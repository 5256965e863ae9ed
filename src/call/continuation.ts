import type { LanguageModelV4Message } from "@ai-sdk/provider";
import type { ModelRequest } from "./request.ts";
import type { Target } from "./target.ts";

/** How a model is asked to go on with an answer that broke off. */
export interface Continuation {
  /** The target that is asked. */
  readonly target: string;
  /** `prefill`: the text is the beginning of its answer; `request`: it is asked to repeat the anchor and go on. */
  readonly how: "prefill" | "request";
  /** The text so far, as the caller has seen it. */
  readonly text: string;
  /** As much of it as is sent: providers trim, or refuse, white space at the end, and JSON carries no half character. */
  readonly sent: string;
  /** The end of `sent`, which the model repeats first, so that the place can be found; empty for a prefill. */
  readonly anchor: string;
}

/** Long enough to stand but once at the end of a text, short enough to be repeated word for word. */
const anchorLength = 60;
/** How much longer it may become for the sake of a whole word. */
const longestWord = 40;

export function continuationOf(target: Target, request: ModelRequest, text: string): Continuation {
  const sent = text
    .trimEnd()
    .replace(/[\uD800-\uDBFF]$/, "")
    .trimEnd();
  const how = sent !== "" && target.takesPrefill(request) ? "prefill" : "request";
  return { target: target.name, how, text, sent, anchor: how === "request" ? anchorOf(sent) : "" };
}

/** The request for the rest of an answer. Of an answer without any text, the rest is the whole. */
export function continued(
  request: ModelRequest,
  { how, sent, anchor }: Continuation,
): ModelRequest {
  if (sent === "") return request;
  const soFar: LanguageModelV4Message = {
    role: "assistant",
    content: [{ type: "text", text: sent }],
  };
  const goOn: LanguageModelV4Message = {
    role: "user",
    content: [{ type: "text", text: continuationRequest(anchor) }],
  };
  const added = how === "prefill" ? [soFar] : [soFar, goOn];
  return { ...request, prompt: [...request.prompt, ...added] };
}

function continuationRequest(anchor: string): string {
  return (
    "The connection was lost before your answer above was complete. Go on exactly where it breaks off. " +
    "Begin with its last words, repeated character for character, and continue from there without a break; " +
    "do not start anew, and write nothing about this request. Its last words are:\n\n" +
    `<last-words>${anchor}</last-words>\n\n` +
    "If nothing is missing after them, answer with these words alone. Leave out the tags."
  );
}

/**
 * The last words of a text, or the whole of a short one. The text does not begin with them: an answer that starts with
 * them goes on, one that starts with the text's beginning starts anew, even where the text repeats itself.
 */
function anchorOf(sent: string): string {
  const text = sent.trimStart();
  const latest = text.length - anchorLength;
  const starts: number[] = [];
  for (let start = latest; start > Math.max(0, latest - longestWord); start--) {
    const isInside = /[\s\uDC00-\uDFFF]/.test(text.charAt(start));
    if (!isInside && !text.startsWith(text.slice(start))) starts.push(start);
  }
  const start = starts.find((at) => /\s/.test(text.charAt(at - 1))) ?? starts[0];
  return start === undefined ? text : text.slice(start);
}
