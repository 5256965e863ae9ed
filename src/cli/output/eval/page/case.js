import { marked } from "./diff.js";
import { list, make, score } from "./dom.js";

/** A case as a line to open; what is in it is made when it is opened for the first time. */
export function caseLine(suite, each) {
  const scores = suite.metrics.map((metric, index) => {
    const value = each.scores[index];
    const was = each.before === null ? null : each.before[index];
    const change = was === null || value === null || was === value ? "" : ` (was ${score(was)})`;
    const name = value !== null && value < metric.passAt ? "failed" : "quiet";
    return make("span", { class: name }, `${metric.name} ${score(value)}${change}`);
  });
  const marks = each.critical ? [make("span", { class: "critical" }, "critical")] : [];
  const line = make(
    "details",
    {},
    make("summary", {}, make("span", {}, each.id), ...marks, ...scores),
  );
  line.addEventListener("toggle", () => {
    if (!line.open || line.childElementCount > 1) return;
    line.append(...each.places.map((place) => trialView(trialAt(suite, place), each)));
  });
  return line;
}

/** The trials of a chunk are read from their JSON once, when one of them is looked at. */
export function trialAt(suite, place) {
  const number = Math.floor(place / suite.trialsInChunk);
  if (!suite.chunks.has(number)) {
    const data = document.getElementById(`trials-${suite.index}-${number}`);
    suite.chunks.set(number, JSON.parse(data.textContent));
  }
  return suite.chunks.get(number)[place % suite.trialsInChunk];
}

function trialView(trial, { places }) {
  const title = places.length > 1 ? [make("h4", {}, `Trial ${trial.trial}`)] : [];
  const scores = trial.scores.map(({ name, score: value, why, fault }) => {
    const said = fault ? "the scorer failed" : score(value);
    return `${name}: ${said}${why === null ? "" : `. ${why}`}`;
  });
  const facts = [...trial.took, ...trial.calls.map((call) => `call ${call}`)];
  return make(
    "div",
    {},
    ...title,
    list(scores, ""),
    ...block("Input", [trial.input]),
    ...(trial.expected === null ? [] : block("Expected", [trial.expected])),
    answers(trial),
    make("p", { class: "quiet" }, facts.join(" · ")),
  );
}

function answers({ now, before, failed }) {
  const title = failed ? "Error now" : "Answer now";
  if (before === null) return make("div", {}, ...block(title, [now]));
  if (before === now) return make("div", {}, ...block(`${title}, as in the baseline`, [now]));
  const sides = marked(before, now);
  return make(
    "div",
    { class: "sides" },
    make("div", {}, ...block("Baseline", sides.before)),
    make("div", {}, ...block(title, sides.after)),
  );
}

function block(title, nodes) {
  return [make("strong", {}, title), make("pre", {}, ...nodes)];
}
