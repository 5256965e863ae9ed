import { longestTimerMs, parseDuration } from "../../../util/duration.ts";
import { isRecord } from "../../extract/shape.ts";

/** A path and what is wrong there. */
export type Fault = readonly [path: string, message: string];

/** What is wrong with a tool; what is not known of it may not be guessed. */
export function toolFaults(name: string, tool: unknown): Fault[] {
  const path = `tools.${name}`;
  const named: Fault[] = isToolName(name)
    ? []
    : [[path, "expected a name of 1 to 64 letters, digits, _ and -, as providers take them"]];
  if (!isRecord(tool)) return [...named, [path, "expected a tool"]];
  if (tool["type"] === "provider") {
    const message =
      "is a tool of the provider, which no grant reaches; a tool that runs here serves: defineTool({ … })";
    return [...named, [path, message]];
  }
  const traits = Object.entries(traitFaults).flatMap(([trait, faultOf]): Fault[] => {
    const message = faultOf(tool[trait]);
    return message === undefined ? [] : [[`${path}.${trait}`, message]];
  });
  return [...named, ...traits];
}

/** What is wrong with each trait; `undefined`: nothing. */
const traitFaults: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  effect: (value) =>
    value === "read" || value === "write" || value === "irreversible"
      ? undefined
      : 'expected what the tool does to the world: "read", "write" or "irreversible"',
  execute: (value) =>
    typeof value === "function" ? undefined : "expected a function: a run calls the tool itself",
  inputSchema: (value) =>
    typeof value === "function" || isRecord(value) ? undefined : "expected a schema",
  trusted: (value) =>
    value === undefined || typeof value === "boolean" ? undefined : "expected true or false",
  timeout: (value) => {
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    return ms !== undefined && ms > 0 && ms <= longestTimerMs
      ? undefined
      : 'expected milliseconds above 0 or a text such as "10s", at most 24 days';
  },
  maxOutput: (value) =>
    value === undefined || (Number.isSafeInteger(value) && Number(value) >= 100)
      ? undefined
      : "expected a whole number of characters, 100 or more",
};

/** What providers take, without what every object has: `constructor`, `__proto__`. */
function isToolName(name: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}$/.test(name) && !(name in {});
}
