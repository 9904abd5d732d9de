// The memory: what is live, over the samples, who allocated it, and what a forced collection proved.

import { chart, type Line } from "./chart";
import { element, facts, section, type Child } from "./dom";
import { FlameView, type FlameMode } from "./flame_view";
import { siteLines } from "./goroutines";
import { later } from "./later";
import { shortFunction, type Frames, type HeapStack, type Profile } from "./profile";
import type { AllocationSite, GcVerification, Memory, Report } from "./report";
import { Table } from "./table";
import { bytes, count, countOf, percent, signedBytes } from "./words";

function bytesOrNothing(number: number | undefined): string | undefined {
  return number === undefined ? undefined : bytes(number);
}

function memoryFacts(memory: Memory): HTMLElement {
  const rate = (number: number | undefined): string | undefined => (number === undefined ? undefined : `${bytes(number)}/s`);
  const pauses = memory.gc_pauses;
  return facts([
    ["live heap", bytesOrNothing(memory.live_bytes)],
    ["heap allocated", bytesOrNothing(memory.heap_alloc_bytes)],
    ["heap in use", bytesOrNothing(memory.heap_inuse_bytes)],
    ["heap idle", bytesOrNothing(memory.heap_idle_bytes)],
    ["stacks", bytesOrNothing(memory.stack_inuse_bytes)],
    ["from the system", bytesOrNothing(memory.sys_bytes)],
    ["largest resident", bytesOrNothing(memory.max_rss_bytes)],
    ["objects", memory.objects === undefined ? undefined : count(memory.objects)],
    ["pattern", memory.pattern + (memory.pattern_reason ? `: ${memory.pattern_reason}` : "")],
    ["growth", memory.pattern === "unknown" ? undefined : rate(memory.growth_bytes_per_s)],
    ["allocation", rate(memory.alloc_bytes_per_s)],
    ["collections", memory.num_gc === undefined ? undefined : count(memory.num_gc)],
    ["collections a minute", memory.collections_per_min === undefined ? undefined : memory.collections_per_min.toFixed(1)],
    ["CPU for collections", memory.gc_cpu_fraction === undefined ? undefined : percent(memory.gc_cpu_fraction, 1)],
    ["pauses", pauses === undefined ? undefined : `median ${pauses.median_ms.toFixed(2)} ms, longest ${pauses.longest_ms.toFixed(2)} ms`],
  ]);
}

function verification(gc: GcVerification | undefined): Child {
  if (gc === undefined) return null;
  const groups = (gc.groups ?? []).map((group) => {
    const words = group.label === "heap" ? bytes : count;
    const values = [group.baseline, group.before, group.final].map((value) => element("td", { class: "number" }, words(value)));
    return element("tr", {}, element("th", { scope: "row" }, group.label), element("td", {}, group.result), ...values, element("td", {}, group.site ?? ""));
  });
  const heads = ["what", "result", "baseline", "before", "final", "site"].map((name) => element("th", { scope: "col" }, name));
  return element(
    "div",
    { class: "verification" },
    element("h3", {}, `Verification by forced collections: ${gc.result}`),
    element("p", {}, gc.basis),
    facts([
      ["freed", gc.freed_percent === undefined ? undefined : `${gc.freed_percent.toFixed(1)} %`],
      ["B, live at the baseline", bytesOrNothing(gc.baseline_bytes)],
      ["P, in use before", bytesOrNothing(gc.before_bytes)],
      ["L, live before", bytesOrNothing(gc.before_live_bytes)],
      ["F, live at the end", bytesOrNothing(gc.final_bytes)],
      ["allocated during the wait", bytesOrNothing(gc.allocated_bytes)],
    ]),
    groups.length === 0
      ? null
      : element("div", { class: "wide" }, element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...groups))),
  );
}

function memoryChart(memory: Memory): HTMLElement {
  const samples = memory.samples ?? [];
  const line = (name: string, value: (sample: (typeof samples)[number]) => number | undefined): Line => ({
    name,
    values: samples.map((sample) => value(sample) ?? null),
  });
  const lines = [line("live heap", (sample) => sample.live_bytes), line("heap allocated", (sample) => sample.heap_alloc_bytes)];
  const seen = lines.filter(({ values }) => values.some((value) => value !== null));
  return chart("Live heap, over the samples", samples.map(({ at }) => at), seen, bytes);
}

function flame(profile: Profile, frames: Frames, grewPossible: boolean): HTMLElement {
  const stacks = (value: (stack: HeapStack) => number, first: (stack: HeapStack) => number) => () =>
    profile.heap_stacks.map((stack) => ({ tone: "", value: value(stack), first: first(stack), frames: stack.slice(4).reverse() }));
  const summed = profile.heap_stacks_summed;
  const note = summed === undefined ? {} : { note: `${countOf(summed, "smaller stack")} summed in one frame` };
  const objects = (value: number): string => countOf(value, "object");
  const modes: FlameMode[] = [
    { ...note, name: "bytes", words: "In use", stacks: stacks(([now]) => now, ([, , first]) => first), colors: "package", amount: bytes, empty: "Nothing is live." },
    { ...note, name: "objects", words: "Objects", stacks: stacks(([, now]) => now, ([, , , first]) => first), colors: "package", amount: objects, empty: "Nothing is live." },
  ];
  if (grewPossible) {
    modes.push({
      name: "growth",
      words: "Growth",
      stacks: stacks(([now, , first]) => Math.max(0, now - first), () => 0),
      colors: "package",
      amount: (value) => `${signedBytes(value)} since the first sample`,
      empty: "No stack holds more than in the first sample.",
      note: "Only what grew is drawn; what fell or stayed has no width here.",
    });
  }
  return new FlameView("Live heap by allocating stack", frames, modes, modes[0] as FlameMode).root;
}

interface SiteRow {
  site: AllocationSite;
  frames: number[];
}

function siteTable(memory: Memory, profile: Profile, frames: Frames): HTMLElement {
  const rows = (memory.allocation_sites ?? []).map((site, i): SiteRow => ({ site, frames: profile.allocation_sites[i] ?? [] }));
  const place = ({ frames: numbers }: SiteRow): number => numbers[0] ?? -1;
  const change = ({ site }: SiteRow): number => site.inuse_bytes - site.inuse_bytes_first;
  const several = (memory.samples ?? []).length > 1;
  const changes = several ? [{ name: "change", number: true, key: change, words: (row: SiteRow) => signedBytes(change(row)) }] : [];
  const table = new Table<SiteRow>(
    "Allocation sites",
    rows,
    [
      { name: "in use", number: true, key: ({ site }) => site.inuse_bytes, words: ({ site }) => bytes(site.inuse_bytes) },
      ...changes,
      { name: "objects", number: true, key: ({ site }) => site.inuse_objects, words: ({ site }) => count(site.inuse_objects) },
      { name: "allocated", number: true, key: ({ site }) => site.alloc_bytes, words: ({ site }) => bytes(site.alloc_bytes) },
      {
        name: "a second",
        number: true,
        key: ({ site }) => site.alloc_bytes_per_s ?? 0,
        words: ({ site }) => (site.alloc_bytes_per_s === undefined ? "–" : bytes(site.alloc_bytes_per_s)),
      },
      { name: "function", room: "long", key: ({ site }) => site.function ?? "", words: ({ site }) => site.function ?? "", cell: ({ site }) => element("span", { class: "function" }, shortFunction(site.function ?? "")) },
      { name: "location", key: (row) => frames.place(place(row)), words: (row) => frames.place(place(row)), cell: (row) => frames.shortPlaceElement(place(row)) },
    ],
    ({ site, frames: numbers }) =>
      element("div", {}, element("h4", {}, `${bytes(site.inuse_bytes)} in use, the stack with most of it`), frames.stackElement(numbers.slice(1))),
  );
  return table.root;
}

export function memorySection(report: Report, profile: Profile, frames: Frames): HTMLElement | null {
  const { memory, gc } = report;
  if (memory === undefined && gc === undefined) return null;
  const made = section("memory", "Memory", verification(gc));
  if (memory === undefined) return made;
  const series = profile.heap_series;
  made.append(
    later(180, () => memoryFacts(memory)),
    later(360, () => memoryChart(memory)),
  );
  if (series.at.length > 1 && series.sites.length > 0) {
    const lines = (): Line[] => siteLines(series, frames);
    made.append(later(360, () => chart("Live heap by allocating function, over the samples", series.at, lines(), bytes)));
  }
  if (profile.heap_stacks.length > 0) made.append(later(400, () => flame(profile, frames, series.at.length > 1)));
  if ((memory.allocation_sites ?? []).length > 0) made.append(later(540, () => siteTable(memory, profile, frames)));
  return made;
}

