import { dataNote } from "../call/data-note.ts";
import type { UntrustedDocument } from "./agent/options.ts";

/**
 * Marks what strangers may have written, so that a model can tell it from what it was asked: "spotlighting" by
 * delimiters (Hines et al. 2024, arXiv:2403.14720). It makes obeying rarer and holds nothing by itself.
 */
export interface DataMarks {
  /** The text between two marks with the run's code; it cannot end them itself. */
  mark(text: string, source: string): string;
  /** What the system prompt says of the marks. */
  readonly note: string;
}

const longestSource = 100;

/** @param nonce - The code of the run's marks: at least 8 letters or digits that nobody can guess. */
export function dataMarks(nonce: string): DataMarks {
  if (!/^[a-z0-9]{8,}$/i.test(nonce)) {
    throw new TypeError("the code of data marks needs at least 8 letters or digits");
  }
  const code = new RegExp(nonce, "gi");
  const withoutCode = (text: string): string => text.replace(code, "…");
  return {
    note: dataNote,
    mark: (text, source) => {
      const from = withoutCode(oneLine(source));
      return `[data ${nonce} from ${from}]\n${withoutCode(text)}\n[end of data ${nonce}]`;
    },
  };
}

/** Documents as a message holds them, each marked as data. Their titles are as untrusted as their texts. */
export function documentsText(documents: readonly UntrustedDocument[], marks: DataMarks): string {
  return documents
    .map(({ title, text }, index) =>
      marks.mark(withTitle(title, text).toWellFormed(), `document ${index + 1}`),
    )
    .join("\n\n");
}

function withTitle(title: string | undefined, text: string): string {
  return title === undefined || title === "" ? text : `Title: ${title}\n\n${text}`;
}

function oneLine(source: string): string {
  const line = source.replace(/[\s[\]\p{Cc}\p{Cf}]+/gu, " ").trim();
  return line.length > longestSource ? `${line.slice(0, longestSource)}…` : line;
}
