import { writeFileSync } from "node:fs";

/** A ticket of a few hundred characters, as many have. */
export interface MadeCase {
  readonly id: string;
  readonly input: { readonly text: string };
  readonly expected: { readonly category: string };
  readonly metadata: { readonly language: string; readonly customer: string };
}

const categories = ["delivery", "refund", "billing", "defect"] as const;
const filler = "I have been a customer for years, and this has never happened before. ".repeat(4);

/** Made one after another, so that nothing but the run itself can hold on to them. */
export function* madeCases(count = Number(process.env["BENCH_CASES"])): Generator<MadeCase> {
  for (let index = 0; index < count; index++) {
    const category = categories[index % categories.length] ?? "";
    yield {
      id: `case-${index}`,
      input: { text: `${filler} This is about ${category}, number ${index}.` },
      expected: { category },
      metadata: { language: index % 3 === 0 ? "de" : "en", customer: `c-${index % 500}` },
    };
  }
}

/** What is run: right in nine cases of ten. */
export function sorted({ text }: MadeCase["input"]): { category: string; text: string } {
  const category = categories.find((name) => text.includes(name)) ?? "";
  return { category: text.endsWith("7.") ? "" : category, text };
}

/** Leaves the most memory that this process has held, in bytes, where the bench looks for it. */
export function tellPeakAtExit(): void {
  process.on("exit", () => {
    const peak = process.resourceUsage().maxRSS * 1_024;
    writeFileSync(process.env["BENCH_PEAK_FILE"] ?? "peak", String(peak));
  });
}
