// Lines over the samples of a run.

import uPlot from "uplot";

import { element } from "./dom";
import { color, onThemeChange } from "./theme";
import { bytes, countOf, duration, time } from "./words";

export interface Line {
  name: string;
  values: (number | null)[];
}

/** Colours of lines: told apart by readers who confuse red and green, with a contrast of three on light and on dark. */
export const lineColors = ["#4e79a7", "#d9730d", "#2f9c95", "#e15759", "#b07aa1", "#59a14f", "#a8890c", "#9c755f", "#85898f"];

const height = 260;
/** Steps of an axis of bytes: 1, 2, 4, … so that "4.0 MiB" stands at a tick, not "3.8 MiB". */
const byteSteps = Array.from({ length: 60 }, (_none, power) => 2 ** power);

function options(lines: readonly Line[], words: (value: number) => string, width: number): uPlot.Options {
  const axis = { stroke: color("--soft"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } };
  const zero: uPlot.Scale.Range = (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1];
  return {
    width,
    height,
    scales: { x: { time: false }, y: { range: zero } },
    cursor: { y: false },
    axes: [
      { ...axis, space: 70, values: (_plot, ticks) => ticks.map((tick) => (tick === 0 ? "0" : duration(tick * 1000))) },
      { ...axis, size: 84, ...(words === bytes ? { incrs: byteSteps } : {}), values: (_plot, ticks) => ticks.map(words) },
    ],
    series: [
      { label: "after", value: (_plot, seconds) => (seconds === null ? "" : duration(seconds * 1000)) },
      ...lines.map((line, i) => ({
        label: line.name,
        stroke: lineColors[i % lineColors.length] ?? "#888",
        width: i === 0 ? 2.5 : 1.5,
        points: { show: line.values.length <= 40, size: 5 },
        spanGaps: true,
        value: (_plot: uPlot, value: number | null) => (value === null ? "" : words(value)),
      })),
    ],
  };
}

/** The same numbers as a table, for those who cannot see or hover over lines. */
function numbers(at: readonly string[], lines: readonly Line[], words: (value: number) => string): HTMLElement {
  const shown = at.slice(-100);
  const from = at.length - shown.length;
  const rows = shown.map((moment, i) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, time(moment)),
      ...lines.map(({ values }) => {
        const value = values[from + i];
        return element("td", { class: "number" }, value === null || value === undefined ? "–" : words(value));
      }),
    ),
  );
  const head = element("tr", {}, element("th", { scope: "col" }, "at"), ...lines.map(({ name }) => element("th", { scope: "col" }, name)));
  const title = from > 0 ? `Numbers of the last ${countOf(shown.length, "sample")}` : "Numbers";
  return element(
    "details",
    { class: "numbers" },
    element("summary", {}, title),
    element("div", { class: "wide" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows))),
  );
}

/** A chart of `lines` over the moments `at`; a sentence where one moment is all there is. */
export function chart(title: string, at: readonly string[], lines: readonly Line[], words: (value: number) => string): HTMLElement {
  const figure = element("figure", { class: "chart" }, element("figcaption", {}, title));
  if (at.length < 2 || lines.length === 0) {
    figure.append(element("p", { class: "empty" }, "One sample was taken: there is no line to draw. More come with -samples, or with monitor."));
    return figure;
  }
  const start = Date.parse(at[0] ?? "");
  const seconds = at.map((moment) => (Date.parse(moment) - start) / 1000);
  const place = element("div", { class: "plot", role: "img", "aria-label": `${title}, ${countOf(at.length, "sample")}; the numbers follow` });
  figure.append(place, numbers(at, lines, words));
  const data: uPlot.AlignedData = [seconds, ...lines.map(({ values }) => values)];
  let plot: uPlot | undefined;
  const draw = (): void => {
    plot?.destroy();
    plot = place.clientWidth > 0 ? new uPlot(options(lines, words, place.clientWidth), data, place) : undefined;
  };
  onThemeChange(draw);
  new ResizeObserver(() => {
    if (plot === undefined) draw();
    else if (plot.width !== place.clientWidth) plot.setSize({ width: place.clientWidth, height });
  }).observe(place);
  return figure;
}
