import { createInterface } from "node:readline";
import { answerTo } from "./mcp-tools.ts";

/** The MCP server over standard input and output: one message a line. It ends with its input. */
for await (const line of createInterface({ input: process.stdin })) {
  const answer = answerTo(JSON.parse(line));
  if (answer === "die") process.exit(1);
  if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
}
