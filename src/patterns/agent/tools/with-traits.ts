import { ConfigError } from "../../../errors.ts";
import { didYouMean } from "../../../util/nearest.ts";
import type { AgentTool, ToolTraits } from "../tool.ts";

/**
 * Gives tools of an MCP server, or any of the AI SDK's, their traits by name. A tool without traits is left out: whoever
 * runs the server may add tools at any time, and what they do is for you to say.
 *
 * @throws ConfigError for traits of a tool that there is not.
 * @example
 * const mcp = await createMCPClient({ transport: { type: "http", url: "https://mcp.example/mcp" } });
 * const tools = withTraits(await mcp.tools(), { search_docs: { effect: "read" } });
 */
export function withTraits<Tool extends Omit<AgentTool, keyof ToolTraits>, Name extends string>(
  tools: Readonly<Record<string, Tool>>,
  traits: Readonly<Record<Name, ToolTraits>>,
): Readonly<Record<Name, Tool & ToolTraits>> {
  const names = Object.keys(traits) as Name[];
  const missing = names.filter((name) => !Object.hasOwn(tools, name));
  if (missing.length > 0) throw noSuchTool(missing, Object.keys(tools));
  // What a server says of itself is nothing to go by.
  const unknown: ToolTraits = {
    effect: "irreversible",
    trusted: undefined,
    timeout: undefined,
    maxOutput: undefined,
  };
  const chosen = names.map((name) => [name, { ...tools[name], ...unknown, ...traits[name] }]);
  return Object.fromEntries(chosen) as Record<Name, Tool & ToolTraits>;
}

function noSuchTool(missing: readonly string[], known: readonly string[]): ConfigError {
  const issues = missing.map((name) => ({
    path: `traits.${name}`,
    message: `there is no such tool${didYouMean(name, known)}`,
  }));
  const lines = issues.map(({ path, message }) => `\n- ${path}: ${message}`);
  return new ConfigError({
    summary: `The traits do not fit the tools:${lines.join("")}`,
    advice: `The tools are: ${known.join(", ") || "none"}. Where a server gives them, ask it what it offers now.`,
    issues,
  });
}
