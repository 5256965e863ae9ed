import { casesOf } from "./cases.js";
import { list, make } from "./dom.js";
import { metricsTable, plots, slicePlots } from "./figures.js";

const main = document.querySelector("main");
const suites = [];
for (let index = 0; ; index += 1) {
  const data = document.getElementById(`suite-${index}`);
  if (data === null) break;
  suites.push({ index, chunks: new Map(), ...JSON.parse(data.textContent) });
}

function suiteView(suite) {
  const title = make(
    "h2",
    {},
    `${suite.name} `,
    make("span", { class: suite.outcome }, suite.outcome),
  );
  const slices =
    suite.slices.length === 0
      ? []
      : [make("h3", {}, "Slices"), slicePlots(suite), sliceTable(suite)];
  return [
    title,
    list(suite.failures, "failed"),
    list(suite.warnings, "warning"),
    make("p", { class: "quiet" }, suite.about.join(" · ")),
    metricsTable(suite.metrics, ({ name }) => name),
    list(suite.notes, "quiet"),
    ...(suite.baseline === null ? [] : [make("p", {}, `Baseline: ${suite.baseline}`)]),
    plots(suite),
    ...slices,
    make("h3", {}, "Cases"),
    ...casesOf(suite),
  ];
}

function sliceTable({ slices }) {
  const lines = slices.flatMap(({ field, value, metrics }) =>
    metrics.map((metric) => ({ ...metric, slice: `${field}: ${value}, ${metric.name}` })),
  );
  const all = make("details", {}, make("summary", {}, "Figures of the slices"));
  all.append(metricsTable(lines, ({ slice }) => slice));
  return all;
}

function open(suite) {
  document.title = `Evals: ${suite.name}`;
  for (const [index, tab] of tabs.entries()) {
    tab.setAttribute("aria-current", String(index === suite.index));
  }
  main.replaceChildren(...suiteView(suite));
}

const tabs = suites.map((suite) => {
  const tab = make("button", { type: "button" }, `${suite.name}: ${suite.outcome}`);
  tab.addEventListener("click", () => open(suite));
  return tab;
});

if (suites.length > 1) document.querySelector("nav").append(...tabs);
const [first] = suites;
if (first !== undefined) open(first);
