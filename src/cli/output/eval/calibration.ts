import type { Agreement } from "../../../evals/judge/agreement.ts";
import type { JudgedLabels } from "../../../evals/judge/calibrate.ts";
import { oneLine } from "../clean.ts";
import { count, counted, usd } from "../format.ts";
import { renderTable } from "../table.ts";
import { paint } from "../terminal.ts";
import { shortened } from "./words.ts";

/** Faults that are shown one by one. */
const mostFaults = 5;
const mostCharacters = 120;

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly interval: string;
}

/** How a judge compares with people, as a terminal shows it. */
export function renderAgreement(found: Agreement, says: readonly string[]): string {
  const columns = [
    { title: "", text: ({ name }: Figure) => name },
    { title: "VALUE", align: "right" as const, text: ({ value }: Figure) => value },
    {
      title: `${Number((found.level * 100).toFixed(1))} % INTERVAL`,
      text: ({ interval }: Figure) => interval,
    },
  ];
  return [
    renderTable(columns, figuresOf(found)),
    "",
    renderConfusion(found),
    "",
    ...says.map((sentence) => `- ${sentence}`),
  ].join("\n");
}

function figuresOf({ agreement, weights, kappa, bias, position, length }: Agreement): Figure[] {
  const figure = (
    name: string,
    value: number,
    { low, high }: { readonly low: number; readonly high: number },
  ): Figure => ({ name, value: score(value), interval: `${score(low)} to ${score(high)}` });
  return [
    figure("agreement", agreement.mean, agreement),
    ...(kappa === null
      ? []
      : [figure(weights === "none" ? "kappa" : `kappa, ${weights} weights`, kappa.kappa, kappa)]),
    figure("bias: judge minus people", bias.difference, bias),
    ...(position === null
      ? []
      : [
          figure("the first one shown wins", position.firstWins.mean, position.firstWins),
          figure("verdict turns with the order", position.inconsistent.mean, position.inconsistent),
        ]),
    ...(length === null ? [] : [figure("length and bias, rank correlation", length.rho, length)]),
  ];
}

function score(value: number): string {
  return `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
}

/** The verdicts of people as rows, those of the judge as columns. */
function renderConfusion({ confusion: { verdicts, table } }: Agreement): string {
  const rows = verdicts.map((verdict, index) => ({ verdict, counts: table[index] ?? [] }));
  return renderTable(
    [
      { title: "PEOPLE \\ JUDGE", text: ({ verdict }) => oneLine(verdict) },
      ...verdicts.map((verdict, index) => ({
        title: oneLine(verdict),
        align: "right" as const,
        text: ({ counts }: (typeof rows)[number]) => count(counts[index] ?? 0),
      })),
    ],
    rows,
  );
}

/** What was judged, and what could not be. */
export function aboutJudged(metric: string, judged: JudgedLabels, unlabelled: number): string[] {
  const { labels, by, byOthers, notApplicable, faults, spentUsd } = judged;
  const model = by === null ? "nobody" : `${by.target}${by.model === null ? "" : ` (${by.model})`}`;
  const cost = spentUsd === null ? "at a cost that is not known" : `for ${usd(spentUsd)}`;
  const missing = [
    [unlabelled, "row", `without a label by ${metric}`],
    [byOthers, "output", "judged by another model, and left out"],
    [notApplicable, "output", "that the judge does not apply to"],
    [faults.length, "output", "that the judge failed to judge"],
  ] as const;
  return [
    `${paint("bold", oneLine(metric))}: ${counted(labels.length, "label")}, judged by ${oneLine(model)} ${cost}`,
    ...missing.flatMap(([number, noun, what]) =>
      number === 0 ? [] : [`${counted(number, noun)} ${oneLine(what)}`],
    ),
    ...faults
      .slice(0, mostFaults)
      .map(({ id, fault }) => `  ${oneLine(id)}: ${shortened(oneLine(fault), mostCharacters)}`),
  ];
}
