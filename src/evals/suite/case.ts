import { fingerprintOf } from "../../call/canonical.ts";

/** A row of a suite's data, as people write it. */
export interface CaseRow<Input = unknown, Expected = unknown> {
  /** What a case is compared by from run to run. Default: a hash of `input`. */
  readonly id?: string | undefined;
  readonly input: Input;
  /** What a good answer is, or must hold. */
  readonly expected?: Expected | undefined;
  /** What slices and clusters are made of, e.g. `{ language: "de", customer: "c-17" }`. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** `true`: the suite fails when this case fails, whatever the means say. */
  readonly critical?: boolean | undefined;
}

/** One case of a suite. */
export interface EvalCase<Input = unknown, Expected = unknown> {
  readonly id: string;
  readonly input: Input;
  readonly expected: Expected | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly critical: boolean;
}

/** The case of a row; rows with the same input have the same id where they give none. */
export function caseOf<Input, Expected>(row: CaseRow<Input, Expected>): EvalCase<Input, Expected> {
  const { id, input, expected, metadata = {}, critical = false } = row;
  return { id: id ?? hashOfInput(input), input, expected, metadata, critical };
}

/** Long enough that a million inputs do not meet. */
const idLength = 16;

function hashOfInput(input: unknown): string {
  return fingerprintOf(input).slice(0, idLength);
}
