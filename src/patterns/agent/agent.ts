import type { PlacedTemplate } from "../../call/static-prompt.ts";
import { ConfigError, InvalidRequest } from "../../errors.ts";
import type { Runtime } from "../../runtime.ts";
import { linkAbort } from "../../util/abort.ts";
import { newId } from "../../util/id.ts";
import { AgentStream } from "./agent-stream.ts";
import { beginningOf } from "./begin.ts";
import { drive } from "./drive.ts";
import { type AnyAgent, grantFor } from "./grant-for.ts";
import type { AgentOptions, RunOptions, RunResult } from "./options.ts";
import { resumeRun } from "./resume.ts";
import type { RunParts } from "./run.ts";
import type { AgentTools } from "./tool.ts";

/** Does work with tools, each run under its own grant. It may serve any number of runs at once. */
export interface Agent {
  /**
   * Works until there is an answer, or until somebody must agree to a call of a tool.
   *
   * @example
   * const run = await agent.run({ prompt: "Where is order 4711?" });
   * if (run.outcome === "answered") reply(run.text);
   * else tellWhoDecides(run.approvals);
   * @throws SeamError, whose `steps` hold what was done: StepLimit, DeadlineExceeded, Refused, Truncated, InvalidOutput,
   *   and all that `complete` throws. A caller's abort rejects with the signal's reason.
   */
  run(options: RunOptions): Promise<RunResult>;

  /**
   * The same, told while it goes on.
   *
   * @example for await (const part of agent.stream({ prompt })) if (part.type === "text") process.stdout.write(part.text);
   * @throws ConfigError, InvalidRequest at once; everything else from the loop and from `result`
   */
  stream(options: RunOptions): AgentStream;

  /**
   * Goes on with a run that has paused, in this process or another, once all its approvals are decided or have expired.
   * Before that, the run comes back as it was, paused.
   *
   * @throws InvalidRequest for a run that is not known, has ended or is another task's, Busy while another process works
   *   on it, StoreUnavailable, and all that `run` throws
   */
  resume(
    runId: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<RunResult>;
}

/** @param templates - Of texts that are given as a model reads them. */
export function agent<Tools extends AgentTools, Context>(
  runtime: Runtime,
  task: string,
  given: AgentOptions<Tools, Context>,
  templates: readonly PlacedTemplate[] = [],
): Agent {
  const options = checkedAgent(runtime, task, given as unknown as AnyAgent);

  const parts = (run: RunOptions, mode: RunParts["mode"]): Omit<RunParts, "signal" | "tell"> => {
    const runId = newId();
    const grant = grantFor(task, options, options.context);
    const from = beginningOf(task, runId, options, grant, run);
    return {
      ...{ runtime, task, runId, mode, grant, segmentId: runId, decided: [] },
      ...{ tools: options.tools, approve: options.approve, settings: options.settings },
      rule: runtime.agentRule(task, options.limits),
      from: { ...from, templates: [...templates, ...from.templates] },
    };
  };

  return {
    async run(run) {
      const signal = run?.signal ?? new AbortController().signal;
      return drive({ ...parts(run, "generate"), signal, tell: () => {} }, null);
    },
    stream(run) {
      const own = parts(run, "stream");
      const { controller, unlink } = linkAbort(run.signal);
      return new AgentStream(own.runId, controller, async (tell) => {
        try {
          return await drive({ ...own, tell, signal: controller.signal }, null);
        } finally {
          unlink();
        }
      });
    },
    resume: (runId, { signal } = {}) => resumeRun({ runtime, task, options, runId, signal }),
  };
}

/** Throws ConfigError for tools, limits or a grant that cannot be meant. */
function checkedAgent(runtime: Runtime, task: string, options: AnyAgent): AnyAgent {
  runtime.rulesOf(task);
  if (typeof options !== "object" || options === null) {
    throw new InvalidRequest("The agent has no options: give its `tools` and its `grant`", {
      task,
    });
  }
  const { approve, limits, context, grant } = options;
  if (approve !== undefined && typeof approve !== "function") {
    throw new ConfigError(
      {
        summary: "`approve` is no function",
        advice: "Give a function of the approval, or leave it out: runs pause then.",
        issues: [{ path: "approve", message: "expected a function" }],
      },
      { task },
    );
  }
  runtime.agentRule(task, limits);
  // A process that only resumes runs may have no context of its own: theirs is kept with them.
  if (typeof grant !== "function" || context !== undefined) grantFor(task, options, context);
  return options;
}
