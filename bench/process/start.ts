import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { InputOf, JobReply, JobRequest, Jobs, OutputOf } from "./jobs.ts";

/** The longest that any job of the bench may take, in milliseconds. */
const slowestJobMs = 90_000;

/** Peers must not send traces of the bench anywhere, whatever the shell has set. */
const quietEnvironment = { LANGSMITH_TRACING: "false", LANGCHAIN_TRACING_V2: "false" };

/** A child process that does typed jobs, one or several at a time. */
export interface Process<Names> extends AsyncDisposable {
  ask<Name extends keyof Names & string>(
    name: Name,
    input: InputOf<Names[Name]>,
  ): Promise<OutputOf<Names[Name]>>;
}

/** Starts a module of the bench as a fresh process; `args` are its command-line arguments. */
export function start<Names extends Jobs<Names>>(
  module: URL,
  args: readonly string[] = [],
): Process<Names> {
  const child = fork(fileURLToPath(module), [...args], {
    execArgv: ["--expose-gc", "--no-warnings"],
    env: { ...process.env, ...quietEnvironment },
    serialization: "advanced",
  });
  const waiting = new Map<number, (reply: JobReply) => void>();
  let asked = 0;
  child.on("message", (reply: JobReply) => waiting.get(reply.id)?.(reply));
  child.on("exit", (code, signal) => {
    const error = `${module.pathname} ended with ${signal ?? code} in the middle of its work`;
    for (const [id, settle] of waiting) settle({ id, ok: false, error });
  });

  return {
    async ask(name, input) {
      const id = ++asked;
      const reply = Promise.withResolvers<JobReply>();
      const late = `${module.pathname} did not finish ${name} within ${slowestJobMs} ms`;
      const timer = setTimeout(() => reply.resolve({ id, ok: false, error: late }), slowestJobMs);
      waiting.set(id, reply.resolve);
      child.send({ id, name, input } satisfies JobRequest);
      const answer = await reply.promise;
      clearTimeout(timer);
      waiting.delete(id);
      if (!answer.ok) throw new Error(answer.error);
      return answer.output as OutputOf<Names[typeof name]>;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  child.disconnect();
  await gone;
  clearTimeout(timer);
}
