import type { HoledText } from "./fill-in.ts";
import type { ImportedSuite } from "./promptfoo.ts";
import type { ImportedPrompt } from "./prompts.ts";

export interface SuiteCode {
  /** The name of the suite, and of its files. */
  readonly name: string;
  /** The task that the prompts are sent to, and the one of the judge. */
  readonly task: string;
  readonly judgeTask: string;
  /** The config of the seam, as the eval file imports it. */
  readonly config: string;
}

/** The cases of an imported suite, a JSON object a line. */
export function casesFile({ cases }: ImportedSuite): string {
  return cases.map((one) => `${JSON.stringify(one)}\n`).join("");
}

/**
 * The eval file of an imported suite. Whatever the import has read stands in it as a literal, as the text of a template or in
 * a comment of one line, and so never as code.
 */
export function suiteFile(suite: ImportedSuite, code: SuiteCode): string {
  const hasJudge = suite.cases.some(({ expected }) => expected?.rubric !== undefined);
  const prompts = suite.prompts.length > 0 ? suite.prompts : [undefined];
  const parts = [
    headOf(suite),
    importsOf(code, hasJudge),
    "const seam = createSeam(config);",
    inputType(suite),
    ...(hasJudge ? [judgeOf(code)] : []),
    ...prompts.map((prompt, index) => suiteOf(suite, code, { prompt, index, hasJudge })),
  ];
  return `${parts.join("\n\n")}\n`;
}

function headOf({ source, description, notes }: ImportedSuite): string {
  const lines = [`Made by \`seam eval import\` of ${source}.`];
  if (description !== undefined) lines.push(description);
  if (notes.length > 0) {
    lines.push("", "Not carried over, or not to the letter:");
    lines.push(...notes.map(({ place, text }) => `- ${place}: ${text}`));
  }
  return lines.map((line) => `// ${oneLine(line)}`.trimEnd()).join("\n");
}

/** A line's end would end the comment. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

function importsOf({ config }: SuiteCode, hasJudge: boolean): string {
  const names = ["assertions", "defineEval", ...(hasJudge ? ["judge"] : []), "jsonl"];
  if (hasJudge) names.push("notApplicable", "type Scorer");
  names.push("type Asserted");
  const sorted = names.sort((one, other) => plain(one).localeCompare(plain(other)));
  return [
    'import { createSeam, template } from "llm-seam";',
    `import { ${sorted.join(", ")} } from "llm-seam/evals";`,
    `import config from ${JSON.stringify(config)};`,
  ].join("\n");
}

function plain(name: string): string {
  return name.replace("type ", "");
}

function inputType({ cases, prompts }: ImportedSuite): string {
  const names = new Set([
    ...cases.flatMap(({ input }) => Object.keys(input)),
    ...prompts.flatMap(({ messages }) => messages.flatMap(({ content }) => content.variables)),
  ]);
  const members = [...names]
    .sort()
    .map((name) => `  readonly ${keyOf(name)}?: string | number | boolean;`);
  const input = ["interface Input {", ...members, "}"].join("\n");
  return `${input}\n\ninterface Expected extends Asserted {\n  readonly rubric?: string;\n}`;
}

function judgeOf({ judgeTask }: SuiteCode): string {
  return `const rubric = judge<Input, Expected, string>({
  seam,
  task: ${JSON.stringify(judgeTask)},
  name: "llm-rubric",
  rubric: ({ expected }) => expected?.rubric ?? "",
  labels: { pass: 1, fail: 0 },
  show: { expected: false },
});

/** Only cases with a rubric are judged. */
const llmRubric: Scorer<Input, Expected, string> = {
  ...rubric,
  score: (trial) =>
    trial.expected?.rubric === undefined ? notApplicable("no rubric") : rubric.score(trial),
};`;
}

interface OneSuite {
  readonly prompt: ImportedPrompt | undefined;
  readonly index: number;
  readonly hasJudge: boolean;
}

function suiteOf(
  suite: ImportedSuite,
  { name, task }: SuiteCode,
  { prompt, index, hasJudge }: OneSuite,
): string {
  const number = index === 0 ? "" : String(index + 1);
  const own = index === 0 ? name : `${name}-${number}`;
  const metrics = new Set(
    suite.cases.flatMap(({ expected }) => expected?.assert.map(({ metric }) => metric) ?? []),
  );
  const scorers = [...metrics].map((metric) =>
    metric === undefined ? "assertions()" : `assertions({ metric: ${JSON.stringify(metric)} })`,
  );
  if (hasJudge) scorers.push("llmRubric");
  // A suite needs a scorer; this one applies to no case, and says so.
  if (scorers.length === 0) scorers.push("assertions()");
  const label = prompt?.label === undefined ? [] : [`// ${oneLine(prompt.label)}`];
  return [
    ...label,
    `export const suite${number} = defineEval({`,
    `  name: ${JSON.stringify(own)},`,
    `  data: jsonl<Input, Expected>(${JSON.stringify(`./${name}.cases.jsonl`)}),`,
    ...runOf(prompt, task),
    `  scorers: [${scorers.join(", ")}],`,
    ...settingOf("trials", suite.trials),
    ...settingOf("concurrency", suite.concurrency),
    "});",
  ].join("\n");
}

function settingOf(name: string, value: number | undefined): string[] {
  return value === undefined ? [] : [`  ${name}: ${value},`];
}

function runOf(prompt: ImportedPrompt | undefined, task: string): string[] {
  if (prompt === undefined) {
    return [
      "  // Call the feature here: no prompt could be carried over.",
      "  run: (input: Input) => JSON.stringify(input),",
    ];
  }
  const { messages } = prompt;
  const uses = messages.some(({ content }) => content.variables.length > 0);
  return [
    `  run: async (${uses ? "input" : "_input"}, { signal }) => {`,
    `    const { text } = await seam.complete(${JSON.stringify(task)}, {`,
    ...promptLines(messages),
    "      signal,",
    "    });",
    "    return text;",
    "  },",
  ];
}

function promptLines(messages: ImportedPrompt["messages"]): string[] {
  const [first, second, ...others] = messages;
  if (first?.role === "user" && second === undefined)
    return [`      prompt: ${templateOf(first.content)},`];
  if (first?.role === "system" && second?.role === "user" && others.length === 0) {
    return [
      `      system: ${templateOf(first.content)},`,
      `      prompt: ${templateOf(second.content)},`,
    ];
  }
  const system = first?.role === "system" ? [`      system: ${templateOf(first.content)},`] : [];
  const rest = first?.role === "system" ? messages.slice(1) : messages;
  return [
    ...system,
    "      messages: [",
    ...rest.map(
      ({ role, content }) => `        { role: "${role}", content: ${templateOf(content)} },`,
    ),
    "      ],",
  ];
}

/** A tagged template whose words are the text's and nothing else, whatever they are. */
function templateOf({ literals, variables }: HoledText): string {
  const parts = literals.map((literal, index) => {
    const name = variables[index];
    return name === undefined ? escaped(literal) : `${escaped(literal)}${holeOf(name)}`;
  });
  return `template\`${parts.join("")}\``;
}

function holeOf(name: string): string {
  const key = keyOf(name);
  const member = key === name ? `input.${name}` : `input[${key}]`;
  return `\${{ ${key}: ${member} ?? "" }}`;
}

/** Backslashes, backticks and dollar signs with braces mean something in a template; carriage returns become line feeds there. */
function escaped(literal: string): string {
  return literal.replace(/[\\`]/g, "\\$&").replaceAll("${", "\\${").replaceAll("\r", "\\r");
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
