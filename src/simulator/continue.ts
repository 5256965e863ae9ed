import type { Draft } from "./draft.ts";
import { lastText, type ScriptRequest } from "./request.ts";
import type { ReplyContinues } from "./script.ts";

/** The beginning of an answer that a request holds. */
interface Begun {
  readonly text: string;
  /** The words to repeat; `undefined`: the answer was prefilled. */
  readonly anchor: string | undefined;
}

/**
 * Tells a request that asks for the rest of an answer from any other: it ends with an assistant message, or with a user
 * message behind one that names the words to begin with, between `<last-words>` and `</last-words>`. `asked` is the
 * request that the answer began with.
 */
export function readContinuation(request: ScriptRequest): {
  readonly asked: ScriptRequest;
  readonly begun: Begun | undefined;
} {
  const { messages } = request;
  const last = messages.at(-1);
  const anchor =
    last?.role === "user" ? /<last-words>(.*)<\/last-words>/s.exec(last.text)?.[1] : undefined;
  const before = anchor === undefined ? messages : messages.slice(0, -1);
  const answer = before.at(-1);
  if (answer?.role !== "assistant") return { asked: request, begun: undefined };
  const others = before.slice(0, -1);
  return {
    asked: { ...request, messages: others, prompt: lastText(others, "user") },
    begun: { text: answer.text, anchor },
  };
}

/** How many characters `earlier` repeats before the anchor. */
const earlierBy = 25;

/** What a model says that goes on with its answer. An answer that began in another way is followed by the whole reply. */
export function goOn(whole: Draft, { text, anchor }: Begun, how: ReplyContinues = "anchor"): Draft {
  const reply = whole.text.startsWith(text) ? whole.text : whole.text.trimStart();
  const rest = reply.startsWith(text) ? reply.slice(text.length) : reply;
  const repeated: Record<ReplyContinues, string> = {
    exact: "",
    anchor: anchor ?? "",
    earlier: text.slice(-(anchor?.length ?? 0) - earlierBy),
    restart: text,
  };
  const said = anchor === undefined ? rest : repeated[how] + rest;
  return { ...whole, reasoning: "", text: said };
}
