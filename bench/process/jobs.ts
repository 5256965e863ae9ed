/** The jobs of a process: each takes one value and answers with one, both of them plain data. */
export type Jobs<Names> = {
  readonly [Name in keyof Names]: (input: never) => Promise<unknown>;
};

export type InputOf<Job> = Job extends (input: infer Input) => unknown ? Input : never;
export type OutputOf<Job> = Job extends (input: never) => Promise<infer Output> ? Output : never;

export interface JobRequest {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

export type JobReply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };
