/** One step of the check: a tool, and how its output proves that it looked at something. */
export interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Must match the output; its first group is a count (above 0) or a sentence. */
  readonly proof?: RegExp;
}

/** Everything CI runs before the tests, in order. */
export const steps: readonly Step[] = [
  { name: "build", command: "node", args: ["scripts/build.ts"], proof: /(\d+) files built/ },
  {
    name: "biome",
    command: "biome",
    args: ["check", "--error-on-warnings", "."],
    proof: /Checked (\d+) files/,
  },
  {
    name: "oxlint",
    command: "oxlint",
    args: ["--deny-warnings", "."],
    proof: /on (\d+) files with [1-9]\d* rules/,
  },
  {
    name: "typecheck",
    command: "tsc",
    args: ["-p", "tsconfig.json", "--diagnostics"],
    proof: /Files:\s+(\d+)/,
  },
  { name: "knip", command: "knip", args: ["--no-progress", "--treat-config-hints-as-errors"] },
  { name: "publint", command: "publint", args: ["--strict"], proof: /(All good!)/ },
  {
    name: "attw",
    command: "attw",
    args: ["--pack", ".", "--profile", "esm-only", "--no-color"],
    proof: /"llm-seam" +│ (🟢 \(ESM\))/u,
  },
  {
    name: "docs",
    command: "node",
    args: ["scripts/docs.ts", "--check"],
    proof: /(\d+) generated regions/,
  },
];

/** The last step; its own summary closes the check. */
export const tests: Step = { name: "vitest", command: "vitest", args: ["run"] };

/**
 * What a step's output proves, or `undefined` when it proves nothing: the tool may have found no
 * file to look at.
 */
export function proofOf(step: Step, output: string): string | undefined {
  if (step.proof === undefined) return "";
  const found = step.proof.exec(output);
  if (found === null || found[1] === "0") return undefined;
  return found[0].replace(/\s+/g, " ");
}
