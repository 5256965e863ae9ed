import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./tool.ts";

/** The way of a call, outermost policy first, as `src/pipeline.ts` writes it. */
export function wayOfACall(): string {
  const source = readFileSync(join(root, "src/pipeline.ts"), "utf8");
  const [inner, outer] = source.split("return compose(");
  const whole = policiesIn(outer);
  const perTarget = policiesIn(inner);
  if (whole.length === 0 || perTarget.length === 0) {
    throw new Error("src/pipeline.ts: no list of policies was found.");
  }
  const width = Math.max(...[...whole, ...perTarget].map(({ name }) => name.length)) + 2;
  const lines = [
    ...whole.map(({ name, comment }) => `${name.padEnd(width + 2)}${comment}`),
    ...perTarget.map(({ name, comment }) => `  ${name.padEnd(width)}${comment}`),
  ];
  return ["```text", ...lines, "```"].join("\n");
}

interface NamedPolicy {
  readonly name: string;
  readonly comment: string;
}

/** Lines such as `deadline, // the call's total time`. */
function policiesIn(source = ""): NamedPolicy[] {
  const line = /^ +(?:\(call\) => )?(\w+)(?:\([^)]*\))?,? *\/\/ +(.+)$/gm;
  return [...source.matchAll(line)].map(([, name = "", comment = ""]) => ({ name, comment }));
}
