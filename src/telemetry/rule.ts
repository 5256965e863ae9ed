/** What is exported, and under which names. */
export interface TelemetryRule {
  /** Whether prompts, answers and the texts of errors are exported. */
  readonly content: boolean;
  readonly conventions: Conventions;
}

/** `1.41`: the last release with the GenAI conventions in it; `latest`: those of their own repository. */
export type Conventions = "1.41" | "latest";
