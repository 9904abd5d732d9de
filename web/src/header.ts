// What a reader must see first: the verdict, the health, and of what and when.

import { element, svgElement } from "./dom";
import type { Profile } from "./profile";
import type { Report } from "./report";
import { bytes, countOf, duration, time } from "./words";

/** The health score as a ring that is as full as the score. */
function healthRing(score: number | undefined, level: string): SVGElement {
  const label = score === undefined ? "health not judged" : `health ${score} of 100`;
  const around = 2 * Math.PI * 26;
  return svgElement(
    "svg",
    { class: `ring ${level}`, viewBox: "0 0 64 64", role: "img", "aria-label": label },
    svgElement("circle", { class: "track", cx: "32", cy: "32", r: "26" }),
    svgElement("circle", {
      class: "arc",
      cx: "32",
      cy: "32",
      r: "26",
      "stroke-dasharray": `${(around * (score ?? 0)) / 100} ${around}`,
      transform: "rotate(-90 32 32)",
    }),
    svgElement("text", { x: "32", y: "38", "text-anchor": "middle" }, score === undefined ? "?" : String(score)),
  );
}

function tile(name: string, value: string, level: string, alert: boolean | undefined): HTMLElement {
  return element(
    "div",
    { class: "tile" },
    element("span", { class: "name" }, name),
    element("strong", {}, value),
    element("span", { class: `level ${alert ? "critical" : level}` }, alert ? `${level}, ALERT` : level),
  );
}

function tiles(report: Report): HTMLElement {
  const row = element("div", { class: "tiles" });
  const { goroutines, memory, gc } = report;
  if (goroutines) {
    const of = goroutines.unfiltered_total === undefined ? "" : ` of ${countOf(goroutines.unfiltered_total, "goroutine")}`;
    row.append(tile("Goroutines", countOf(goroutines.total, "goroutine") + of, goroutines.level, goroutines.alert));
  }
  if (memory) {
    const live = memory.live_bytes === undefined ? "not measured" : bytes(memory.live_bytes);
    row.append(tile("Live heap", live, memory.level, memory.alert));
    row.append(tile("Memory pattern", memory.pattern, memory.pattern === "growing" ? "high" : "plain", false));
  }
  if (gc) row.append(tile("GC verification", gc.result, /LEAK/.test(gc.result) ? "critical" : "plain", false));
  return row;
}

export function header(report: Report, profile: Profile, theme: HTMLElement): HTMLElement {
  const { target, health } = report;
  const subject = [target.url, ...(target.files ?? [])].filter((name) => name !== undefined);
  const shown = subject.slice(0, 3).join(", ") + (subject.length > 3 ? ` and ${countOf(subject.length - 3, "more file")}` : "");
  const why = (health.deductions ?? []).map(({ reason, points }) => `${reason} −${Math.abs(points)}`).join(", ");
  const meta = [
    report.command,
    shown,
    target.go_version,
    time(report.started_at),
    `took ${duration(report.duration_ms)}`,
  ].filter((words) => words);
  return element(
    "header",
    { class: `verdict ${profile.summary.outcome}` },
    element("div", { class: "top" }, element("span", { class: "brand" }, "LeakFinder"), theme),
    element(
      "div",
      { class: "headline" },
      healthRing(health.score, health.level),
      element(
        "div",
        {},
        element("h1", {}, sentence(profile.summary.words)),
        element("p", { class: "health" }, health.score === undefined ? "Health not judged" : `Health ${health.score}/100, ${profile.summary.health}${why === "" ? "" : `: ${why}`}`),
        element("p", { class: "meta" }, meta.join(" · ")),
      ),
    ),
    tiles(report),
  );
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
