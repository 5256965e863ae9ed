import { checkGrant } from "./gate/check-grant.ts";
import type { Grant } from "./grant.ts";
import type { AgentOptions } from "./options.ts";
import type { AgentTools } from "./tool.ts";

/** An agent of whatever tools and context. */
export type AnyAgent = AgentOptions<AgentTools, unknown>;

/** The grant for a context, checked. */
export function grantFor(task: string, { tools, grant }: AnyAgent, context: unknown): Grant {
  const own = typeof grant === "function" ? grant(context) : grant;
  checkGrant(tools, own, { task });
  return own;
}
