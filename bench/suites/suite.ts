import type { Process } from "../process/start.ts";
import type { ServerJobs } from "../server/main.ts";
import type { Size } from "../sizes.ts";

/** What a suite works with. */
export interface Bench {
  readonly size: Size;
  readonly server: Process<ServerJobs>;
  readonly url: string;
  /** Tells the reader what is going on. */
  readonly progress: (text: string) => void;
}
