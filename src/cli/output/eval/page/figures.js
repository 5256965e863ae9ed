import { draw, make, score, table } from "./dom.js";

export function metricsTable(metrics, name) {
  const isCompared = metrics.some((metric) => metric.before !== null);
  const hasTrials = metrics.some((metric) => metric.passAtK !== null);
  const titles = ["Metric", "Score", "95 %", "Cases"];
  if (isCompared) titles.push("Was", "Change", "95 %", "p", "Verdict");
  if (hasTrials) titles.push("Trials");
  const rows = metrics.map((metric) => {
    const cells = [
      name(metric),
      metric.raw === null ? metric.score : `${metric.score} (raw ${metric.raw})`,
      metric.interval,
      metric.cases,
    ];
    if (isCompared) {
      const verdict = make("span", { class: metric.verdict }, metric.verdict);
      cells.push(metric.baseline, metric.difference, metric.differenceInterval, metric.p, verdict);
    }
    if (hasTrials) {
      cells.push(metric.passAtK === null ? "" : `${metric.passAtK}; ${metric.passHatK}`);
    }
    return cells;
  });
  return table(titles, rows);
}

/** How many cases have which score: this run as bars, its baseline as outlines. */
function histogram(suite, metric, index) {
  const bins = 10;
  const binOf = (value) => Math.min(bins - 1, Math.floor(value * bins));
  const now = new Array(bins).fill(0);
  const before = new Array(bins).fill(0);
  for (const each of suite.cases) {
    if (each.scores[index] !== null) now[binOf(each.scores[index])] += 1;
    const old = each.before === null ? null : each.before[index];
    if (old !== null) before[binOf(old)] += 1;
  }
  const most = Math.max(1, ...now, ...before);
  const [width, height, left, top] = [300, 120, 36, 8];
  const step = width / bins;
  const y = (count) => top + height - (count / most) * height;
  const bar = (className, count, at) =>
    draw(
      "rect",
      {
        class: className,
        x: left + at * step + 2,
        y: y(count),
        width: step - 4,
        height: (count / most) * height,
      },
      draw("title", {}, `${score(at / bins)} to ${score((at + 1) / bins)}: ${count}`),
    );
  const text = (x, atY, words, anchor) => draw("text", { x, y: atY, "text-anchor": anchor }, words);
  const bottom = top + height;
  const summary = `${metric.name}: scores of ${suite.cases.length} cases in ten steps from 0 to 1: ${now.join(", ")}`;
  return draw(
    "svg",
    {
      viewBox: `0 0 ${left + width + 8} ${bottom + 20}`,
      width: 344,
      role: "img",
      "aria-label": summary,
    },
    ...now.map((count, at) => bar("bar", count, at)),
    ...before.flatMap((count, at) => (count === 0 ? [] : [bar("bar-before", count, at)])),
    draw("line", { class: "axis", x1: left, x2: left + width, y1: bottom, y2: bottom }),
    text(left - 6, top + 8, String(most), "end"),
    text(left - 6, bottom, "0", "end"),
    text(left, bottom + 14, "0", "middle"),
    text(left + width / 2, bottom + 14, "0.5", "middle"),
    text(left + width, bottom + 14, "1", "middle"),
  );
}

/** Means with their intervals, a line each, on one axis from 0 to 1; the baseline's mean as a dot below. */
function forest(lines, label) {
  const [left, width, step] = [160, 300, 24];
  const bottom = lines.length * step + 8;
  const x = (value) => left + value * width;
  const marks = lines.flatMap(({ name, metric }, index) => {
    const y = index * step + 16;
    const short = name.length > 24 ? `${name.slice(0, 23)}…` : name;
    const words = `${name}: ${metric.score}, ${metric.interval}, was ${metric.baseline}`;
    const parts = [
      draw(
        "text",
        { x: left - 10, y: y + 4, "text-anchor": "end" },
        draw("title", {}, words),
        short,
      ),
    ];
    if (metric.before !== null) {
      parts.push(draw("circle", { class: "dot-before", cx: x(metric.before), cy: y + 6, r: 3 }));
    }
    if (metric.mean !== null) {
      parts.push(
        draw("line", { class: "whisker", x1: x(metric.low), x2: x(metric.high), y1: y, y2: y }),
        draw("circle", { class: "dot", cx: x(metric.mean), cy: y, r: 4 }, draw("title", {}, words)),
      );
    }
    return parts;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    draw("line", { class: "axis", x1: x(value), x2: x(value), y1: 4, y2: bottom }),
    draw("text", { x: x(value), y: bottom + 14, "text-anchor": "middle" }, String(value)),
  ]);
  const told = lines.map(({ name, metric }) => `${name} ${metric.score} (${metric.interval})`);
  return draw(
    "svg",
    {
      viewBox: `0 0 ${left + width + 16} ${bottom + 20}`,
      width: left + width + 16,
      role: "img",
      "aria-label": `${label}: ${told.join("; ")}`,
    },
    ...ticks,
    ...marks,
  );
}

function figure(caption, drawing) {
  return make("figure", {}, make("figcaption", {}, caption), drawing);
}

export function plots(suite) {
  const isCompared = suite.baseline !== null;
  const means = suite.metrics.map((metric) => ({ name: metric.name, metric }));
  return make(
    "div",
    { class: "plots" },
    figure(
      `Means with 95 % intervals${isCompared ? "; grey: the baseline" : ""}`,
      forest(means, "Means"),
    ),
    ...suite.metrics.map((metric, index) =>
      figure(
        `${metric.name}: cases by score${isCompared ? "; outlined: the baseline" : ""}`,
        histogram(suite, metric, index),
      ),
    ),
  );
}

/** Each slice beside the whole, a figure for each metric. */
export function slicePlots(suite) {
  const figures = suite.metrics.map((metric, index) => {
    const lines = suite.slices.map(({ field, value, metrics }) => ({
      name: `${field}: ${value}`,
      metric: metrics[index],
    }));
    const title = `${metric.name} by slice`;
    return figure(title, forest([{ name: "all", metric }, ...lines], title));
  });
  return make("div", { class: "plots" }, ...figures);
}
