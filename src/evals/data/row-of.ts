import { ConfigError } from "../../errors.ts";
import { isRecord } from "../../patterns/extract/shape.ts";
import type { CaseRow } from "../suite/case.ts";

/** What a good answer is goes by these names in files of Seam and autoevals, Langfuse, and Inspect. */
const namesOfExpected = ["expected", "expectedOutput", "expected_output", "target"] as const;

/** Columns that carry assertions of promptfoo, which are scorers and no part of a case. */
const assertions = /^(?:assert|__expected\d*|__metric|__threshold)$/;

/**
 * A row of a suite's data, from a record as Seam, autoevals, Langfuse, Inspect or promptfoo (`vars`) write it. What has no
 * place of its own in a row lands in its metadata, under its name; nothing is dropped.
 *
 * @throws ConfigError for a record that has no input, or says something twice
 *
 * @example rowOf({ input: "2+2", target: "4", id: 7 }) // { id: "7", input: "2+2", expected: "4", metadata: {} }
 */
export function rowOf(record: unknown): CaseRow {
  if (!isRecord(record)) throw noRow("It is no JSON object", "Write one object for each case.");
  const { id, input, vars, metadata, critical, ...others } = record;
  const assertion = Object.keys(others).find((name) => assertions.test(name));
  if (assertion !== undefined) {
    throw noRow(
      `${JSON.stringify(assertion)} is an assertion of promptfoo, and would not be checked`,
      "Let `seam eval import` make a suite of the file: it turns assertions into scorers.",
    );
  }
  const expected = expectedOf(others);
  for (const name of namesOfExpected) delete others[name];
  return {
    ...idOf(id),
    input: inputOf(input, vars, record),
    ...(expected !== undefined && { expected }),
    metadata: metadataOf(metadata, others),
    ...(critical !== undefined && { critical: criticalOf(critical) }),
  };
}

function idOf(id: unknown): Pick<CaseRow, "id"> {
  if (id === undefined || id === null || id === "") return {};
  if (typeof id === "string" || typeof id === "number") return { id: String(id) };
  throw noRow("Its `id` is no text", "Give each case an id of its own, or none.");
}

function inputOf(input: unknown, vars: unknown, record: object): unknown {
  if (input !== undefined && input !== null) {
    if (vars === undefined) return input;
    throw noRow(
      "It has both `input` and `vars`",
      "Keep one of them: both are what `run` is given.",
    );
  }
  if (isRecord(vars)) return vars;
  if (vars !== undefined)
    throw noRow("Its `vars` are no object", "Write them as names and values.");
  const names = Object.keys(record).map((name) => JSON.stringify(name));
  throw noRow(
    `It has no \`input\`${names.length === 0 ? "" : `, only ${names.join(", ")}`}`,
    "Name the column `input`, or make rows of your own: `{ row: (record) => ({ input: … }) }`.",
  );
}

/** Langfuse writes `null` where it has none. */
function expectedOf(record: Readonly<Record<string, unknown>>): unknown {
  const given = namesOfExpected.filter(
    (name) => record[name] !== undefined && (name === "expected" || record[name] !== null),
  );
  if (given.length > 1) {
    throw noRow(`It says twice what is expected: ${given.join(" and ")}`, "Keep one of them.");
  }
  return given[0] === undefined ? undefined : record[given[0]];
}

function metadataOf(
  metadata: unknown,
  others: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (metadata !== undefined && metadata !== null && !isRecord(metadata)) {
    throw noRow("Its `metadata` is no object", "Write it as names and values.");
  }
  const twice = Object.keys(others).find((name) => Object.hasOwn(metadata ?? {}, name));
  if (twice !== undefined) {
    throw noRow(
      `${JSON.stringify(twice)} stands beside its metadata and in it`,
      "Keep one of them: what is no part of a case becomes metadata.",
    );
  }
  return { ...metadata, ...others };
}

function criticalOf(critical: unknown): boolean {
  if (typeof critical === "boolean") return critical;
  throw noRow("Its `critical` is neither true nor false", "Leave it out, or write true or false.");
}

function noRow(summary: string, advice: string): ConfigError {
  return new ConfigError({ summary, advice });
}
