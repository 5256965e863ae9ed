import { hashText } from "./random.ts";
import { forcedTool, type ScriptRequest, wantedSchema } from "./request.ts";
import { instanceOf } from "./schema/instance.ts";
import type { Reply } from "./script.ts";

const echoedCharacters = 60;

/**
 * The answer when no rule of the script matches: made from the request alone, so the same request
 * always gets the same reply. It follows the wanted schema and calls a forced tool; plain text
 * says that it is simulated.
 */
export function defaultReply(request: ScriptRequest): Reply {
  const seed = hashText(JSON.stringify([request.model, request.messages]));
  const wanted = wantedSchema(request);
  if (wanted) {
    const value = instanceOf(wanted.schema, seed);
    const tool = forcedTool(request);
    return tool
      ? { type: "tool-calls", calls: [{ name: tool.name, arguments: value }] }
      : { type: "json", value };
  }
  const text = defaultText(request.prompt, seed);
  return request.json ? { type: "json", value: { simulated: true, answer: text } } : text;
}

function defaultText(prompt: string, seed: number): string {
  const mark = seed.toString(16).padStart(8, "0");
  const start = Array.from(prompt.trim()).slice(0, echoedCharacters).join("");
  return `This is simulated answer ${mark}; no model was asked. The prompt began: ${start}`;
}
