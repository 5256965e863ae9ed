import { proofOf, type Step, steps, tests } from "./steps.ts";
import { runTool } from "./tool.ts";

for (const [index, step] of steps.entries()) {
  if (!(await passes(step, `${index + 1}/${steps.length + 1}`))) process.exit(1);
}

console.log(`${steps.length + 1}/${steps.length + 1} ${tests.name}`);
const { code } = await runTool(tests.command, tests.args, { live: true });
process.exitCode = code;

async function passes(step: Step, position: string): Promise<boolean> {
  const started = performance.now();
  const { code, output } = await runTool(step.command, step.args);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const proof = code === 0 ? proofOf(step, output) : undefined;
  if (proof !== undefined) {
    console.log(`${position} ${step.name.padEnd(10)} ${seconds.padStart(5)} s  ${proof}`.trimEnd());
    return true;
  }
  const command = [step.command, ...step.args].join(" ");
  const reason =
    code === 0
      ? `it ended well, but its output does not show that it looked at any file (${step.proof})`
      : `exit code ${code}`;
  console.error(`${output.trimEnd()}\n\n${position} ${step.name} failed: ${reason}`);
  console.error(`To run only this step: npx ${command}`);
  return false;
}
