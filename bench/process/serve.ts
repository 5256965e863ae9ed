import type { JobReply, JobRequest, Jobs } from "./jobs.ts";

type Job = (input: unknown) => Promise<unknown>;

/** Makes this process do the jobs that its parent asks for, until the parent leaves. */
export function serve<Names extends Jobs<Names>>(jobs: Names): void {
  const byName: ReadonlyMap<string, Job> = new Map(Object.entries(jobs as object));
  const answer = async ({ id, name, input }: JobRequest): Promise<JobReply> => {
    const job = byName.get(name);
    if (job === undefined) return { id, ok: false, error: `there is no job ${name}` };
    try {
      return { id, ok: true, output: await job(input) };
    } catch (error) {
      return { id, ok: false, error: error instanceof Error ? (error.stack ?? "") : String(error) };
    }
  };
  process.on("message", (request: JobRequest) => {
    void answer(request).then((reply) => process.send?.(reply));
  });
  process.on("disconnect", () => process.exit());
}
