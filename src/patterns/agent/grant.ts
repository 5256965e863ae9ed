import type { AgentTool, AgentTools, ToolInput } from "./tool.ts";

/** What a grant's rules know about a call of a tool. */
export interface AboutCall<Context, Input = unknown> {
  /** The caller's own context, as it was given to the agent. */
  readonly context: Context;
  /**
   * Inputs of this tool's calls that the run has made, failed ones too, and of those that it is about to make: the oldest
   * first. Copies, in every process the same.
   */
  readonly earlier: readonly Input[];
  /** Aborts with the run, and when the rule has taken as long as the tool may. */
  readonly signal: AbortSignal;
}

/** `true`, or a short reason for the model why not; `false` gives a general one. */
export type Permission = boolean | string;

/** How a run may use one tool. */
export interface ToolGrant<Input = unknown, Context = unknown> {
  /** Calls in one run, failed ones too; 0: as if it were not granted. Default: `agent.callsPerTool` of the config. */
  readonly calls?: number | undefined;
  /**
   * Judges the validated input of every call. Only `true` allows: a rule that throws, gives something else, or is not
   * done within the tool's timeout denies.
   *
   * @example allow: async ({ orderId, amount }, { context }) =>
   *   (await totalOf(orderId, context.customer)) >= amount || "more than the order's total"
   */
  readonly allow?:
    | ((input: Input, about: AboutCall<Context, Input>) => Permission | Promise<Permission>)
    | undefined;
  /**
   * Whether somebody must agree to a call first. A text says why, to the one who is asked. Default: `true` for
   * `irreversible` tools, `false` for others. Only `false` waives it: a rule that throws asks.
   *
   * @example approval: ({ amount }) => amount > 20 && "more than 20 USD"
   */
  readonly approval?:
    | boolean
    | ((
        input: Input,
        about: AboutCall<Context, Input>,
      ) => boolean | string | Promise<boolean | string>)
    | undefined;
  /**
   * Once the run has read untrusted content, for tools whose effect is not `read`: `ask` somebody, `deny`, or `allow`.
   * Default `ask`.
   */
  readonly afterUntrusted?: "ask" | "deny" | "allow" | undefined;
}

type GrantOf<Tool extends AgentTool, Context> = ToolGrant<ToolInput<Tool>, Context>;

/** What a run may do. What is not granted is not shown to the model, and not run. */
export interface Grant<Tools extends AgentTools = AgentTools, Context = unknown> {
  /** `true`: as often as the config allows, without further rules. */
  readonly tools: {
    readonly [Name in keyof Tools]?: true | GrantOf<Tools[Name], Context> | undefined;
  };
  /**
   * Hosts that links and images of the answer may lead to, e.g. `"shop.example"`, or `"*.shop.example"` for the hosts
   * below it. Once the run has read untrusted content, links to other hosts are taken out of the answer, and a `read`
   * tool whose arguments hold one needs approval.
   */
  readonly hosts?: readonly string[] | undefined;
}
