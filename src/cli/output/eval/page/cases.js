import { caseLine, trialAt } from "./case.js";
import { make } from "./dom.js";

const pageSize = 100;

/** How long the search waits for the next key, in milliseconds. */
const typing = 150;

const kinds = {
  all: { title: "all", has: () => true },
  failed: {
    title: "failed",
    has: ({ scores }, { metrics }) =>
      metrics.some(({ passAt }, index) => scores[index] !== null && scores[index] < passAt),
  },
  worse: { title: "worse than the baseline", has: (each) => changes(each).some((by) => by < 0) },
  better: { title: "better than the baseline", has: (each) => changes(each).some((by) => by > 0) },
  critical: { title: "critical", has: ({ critical }) => critical },
};

/** The cases, a page at a time, with what narrows them down. */
export function casesOf(suite) {
  const show = select(
    "Show",
    Object.entries(kinds).map(([value, { title }]) => [value, title]),
  );
  const slice = select("Slice", [["", "all"], ...slicesOf(suite)]);
  const search = make("input", { type: "search", placeholder: "id or text" });
  const state = make("p", { role: "status", class: "quiet" });
  const lines = make("div", { class: "cases" });
  const more = make("button", { type: "button", class: "more" }, "Show more");
  let found = [];

  const extend = () => {
    const shown = lines.childElementCount;
    lines.append(...found.slice(shown, shown + pageSize).map((each) => caseLine(suite, each)));
    more.hidden = lines.childElementCount >= found.length;
  };
  const update = () => {
    const wanted = search.value.trim().toLowerCase();
    found = suite.cases.filter(
      (each) =>
        kinds[show.value].has(each, suite) &&
        (slice.value === "" || isIn(each, JSON.parse(slice.value))) &&
        (wanted === "" || textOf(suite, each).includes(wanted)),
    );
    state.textContent = `${found.length} of ${suite.cases.length} cases`;
    lines.replaceChildren();
    extend();
  };

  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, typing);
  });
  for (const each of [show, slice]) each.addEventListener("change", update);
  more.addEventListener("click", extend);
  update();
  const filters = [labelled("Show", show), labelled("Slice", slice), labelled("Search", search)];
  return [make("div", { class: "filters", role: "search" }, ...filters), state, lines, more];
}

function changes({ scores, before }) {
  if (before === null) return [];
  return scores.map((value, index) =>
    value === null || before[index] === null ? 0 : value - before[index],
  );
}

function slicesOf({ fields, cases }) {
  return fields.flatMap((field, index) => {
    const values = new Set(cases.flatMap(({ slices }) => slices[index]));
    return [...values]
      .sort()
      .map((value) => [JSON.stringify([index, value]), `${field}: ${value}`]);
  });
}

function isIn({ slices }, [index, value]) {
  return slices[index].includes(value);
}

/** What the search looks at; reading it all takes long where there is much, so it is done once. */
function textOf(suite, each) {
  each.text ??= [
    each.id,
    ...each.places.flatMap((place) => {
      const { input, expected, now, scores } = trialAt(suite, place);
      return [input, expected ?? "", now, ...scores.map(({ why }) => why ?? "")];
    }),
  ]
    .join("\n")
    .toLowerCase();
  return each.text;
}

function select(name, choices) {
  const options = choices.map(([value, title]) => make("option", { value }, title));
  return make("select", { name: name.toLowerCase() }, ...options);
}

function labelled(title, field) {
  return make("label", {}, title, field);
}
