// The goroutines: their states, their number over the samples, where they are.

import { chart, lineColors } from "./chart";
import { element, section } from "./dom";
import { toneColor } from "./flame_colors";
import type { Weighted } from "./flame_tree";
import { FlameView, type FlameMode } from "./flame_view";
import { later } from "./later";
import { shortFunction, type Frames, type Profile, type Series } from "./profile";
import type { GoroutineSite, Goroutines, Report } from "./report";
import { Table } from "./table";
import { count, countOf, percent, signed } from "./words";

/** One bar of all states, as wide as their numbers. */
function stateBar(states: readonly (readonly [string, number])[]): HTMLElement {
  const all = states.reduce((sum, [, number]) => sum + number, 0);
  const bar = element("div", { class: "states", role: "img", "aria-label": states.map(([state, number]) => `${count(number)} ${state}`).join(", ") });
  const legend = element("ul", { class: "legend" });
  states.forEach(([state, number], rank) => {
    const part = element("div", { class: "state", title: `${state}: ${countOf(number, "goroutine")}`, "data-count": String(number) });
    part.style.width = `${(100 * number) / all}%`;
    part.style.background = toneColor(rank);
    bar.append(part);
    const swatch = element("span", { class: "swatch" });
    swatch.style.background = toneColor(rank);
    legend.append(element("li", {}, swatch, `${state}: ${count(number)} (${percent(number, all)})`));
  });
  return element("div", { class: "state-bar" }, element("h3", {}, "By state"), bar, legend);
}

/** The whole and its most crowded sites over the samples. */
export function siteLines(series: Series, frames: Frames): { name: string; values: number[] }[] {
  return series.sites.slice(0, lineColors.length - 1).map((site) => ({
    name: frames.brief(site.frame) + (site.state ? `, ${site.state}` : ""),
    values: site.values,
  }));
}

function goroutineChart(goroutines: Goroutines, profile: Profile, frames: Frames): HTMLElement {
  const series = profile.goroutine_series;
  // Both are thinned in a long run, each in its own way; where they differ the sites alone are drawn.
  const samples = goroutines.samples ?? [];
  const whole = samples.length === series.at.length ? [{ name: "all", values: samples.map(({ total }) => total) }] : [];
  return chart("Goroutines by site, over the samples", series.at, [...whole, ...siteLines(series, frames)], count);
}

function weighted(profile: Profile): Weighted[] {
  return profile.goroutine_stacks.map(([state, value, first, ...frames]) => ({ tone: state, value, first, frames: frames.reverse() }));
}

function flame(goroutines: Goroutines, profile: Profile, frames: Frames): HTMLElement {
  const stacks = weighted(profile);
  const common = { stacks: () => stacks, amount: (value: number) => countOf(value, "goroutine"), empty: "No goroutines were seen." };
  const summed = profile.goroutine_stacks_summed;
  const note = summed === undefined ? {} : { note: `${countOf(summed, "smaller stack")} summed in one frame` };
  const order = Object.keys(goroutines.by_state ?? {});
  const modes: FlameMode[] = [{ ...common, ...note, name: "state", words: "By state", colors: "tone", order }];
  if ((goroutines.samples ?? []).length > 1) {
    modes.push({ ...common, ...note, name: "growth", words: "By growth", colors: "growth", change: signed });
  }
  return new FlameView("Goroutines by stack", frames, modes, modes[0] as FlameMode).root;
}

interface SiteRow {
  site: GoroutineSite;
  frames: number[];
}

function siteTable(goroutines: Goroutines, profile: Profile, frames: Frames): HTMLElement {
  const rows = (goroutines.sites ?? []).map((site, i): SiteRow => ({ site, frames: profile.goroutine_sites[i] ?? [] }));
  const place = ({ frames: numbers }: SiteRow): number => numbers[0] ?? -1;
  const creator = ({ site }: SiteRow): string => shortFunction(site.creator?.function ?? "");
  // A profile.proto knows no creators.
  const creators = rows.some((row) => creator(row) !== "") ? [{ name: "created by", key: creator, words: creator }] : [];
  const change = ({ site }: SiteRow): number => site.count - site.count_first;
  // Of one sample there is none to tell.
  const several = (goroutines.samples ?? []).length > 1;
  const changes = several ? [{ name: "change", number: true, key: change, words: (row: SiteRow) => signed(change(row)) }] : [];
  const table = new Table<SiteRow>(
    "Sites",
    rows,
    [
      { name: "count", number: true, key: ({ site }) => site.count, words: ({ site }) => count(site.count) },
      ...changes,
      { name: "state", room: "short", key: ({ site }) => site.state ?? "", words: ({ site }) => (site.state ?? "unknown") + (site.benign ? " (idle loop)" : "") },
      { name: "function", room: "long", key: ({ site }) => site.function ?? "", words: ({ site }) => site.function ?? "", cell: ({ site }) => element("span", { class: "function" }, shortFunction(site.function ?? "")) },
      { name: "location", key: (row) => frames.place(place(row)), words: (row) => frames.place(place(row)), cell: (row) => frames.shortPlaceElement(place(row)) },
      ...creators,
    ],
    ({ site, frames: numbers }) =>
      element("div", {}, element("h4", {}, `${countOf(site.count, "goroutine")}, ${site.state ?? "unknown"}`), frames.stackElement(numbers.slice(1))),
  );
  return table.root;
}

export function goroutinesSection(report: Report, profile: Profile, frames: Frames): HTMLElement | null {
  const { goroutines } = report;
  if (goroutines === undefined) return null;
  const states = Object.entries(goroutines.by_state ?? {});
  const share = goroutines.share_seen === undefined ? "" : `, ${percent(goroutines.share_seen, 1)} of the goroutines`;
  return section(
    "goroutines",
    `Goroutines (${count(goroutines.total)})`,
    goroutines.truncated ? element("p", { class: "remark" }, `The dump is cut: what follows is of the part that was seen${share}.`) : null,
    states.length === 0 ? null : stateBar(states),
    later(360, () => goroutineChart(goroutines, profile, frames)),
    later(400, () => flame(goroutines, profile, frames)),
    (goroutines.sites ?? []).length === 0 ? null : later(540, () => siteTable(goroutines, profile, frames)),
  );
}
