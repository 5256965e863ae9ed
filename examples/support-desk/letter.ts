import type { ScriptRequest } from "llm-seam/simulator";

/** The customer's letter in a request, whatever was said after it. */
export function letterIn({ messages }: ScriptRequest): { name: string; text: string } {
  const letter = messages.find(({ role }) => role === "user")?.text ?? "";
  const [head = "", ...body] = letter.split("\n\n");
  return { name: /^From (.+), by \w+:/.exec(head)?.[1] ?? "", text: body.join("\n\n") };
}
