// How the result came about: what went wrong, what was left out, what was asked, what it cost the target.

import { element, facts, section } from "./dom";
import type { Profile } from "./profile";
import type { Report } from "./report";
import { bytes, count, countOf, duration, time } from "./words";

export function remarksSection(report: Report): HTMLElement | null {
  const where = (place: string | undefined): string => (place ? ` (${place})` : "");
  const rows = [
    ...report.errors.map(({ message, where: place }) => element("li", { class: "error" }, `Error: ${message}${where(place)}`)),
    ...report.warnings.map(({ message, where: place, count: times }) =>
      element("li", { class: "warning" }, `Warning: ${message}${where(place)}${times > 1 ? `, ${count(times)} times` : ""}`),
    ),
    ...(report.notes ?? []).map((note) => element("li", { class: "note" }, note)),
  ];
  return rows.length === 0 ? null : section("remarks", "Warnings and notes", element("ul", { class: "remarks" }, ...rows));
}

export function runSection(report: Report, profile: Profile): HTMLElement {
  const { target, cost } = report;
  const settings = profile.settings.map((setting) => element("li", {}, element("code", {}, setting)));
  return section(
    "run",
    "This run",
    facts([
      ["command", report.command],
      ["target", target.url],
      ["files", target.files?.join(", ")],
      ["Go version", target.go_version],
      ["profiles read", target.profiles?.join(", ")],
      ["started", time(report.started_at)],
      ["took", duration(report.duration_ms)],
      ["LeakFinder", report.tool.version],
      ...(report.criteria ?? []).map(({ name, value }) => [`filtered by ${name}`, value] as const),
    ]),
    element("h3", {}, "Cost to the target"),
    facts([
      ["requests", count(cost.requests)],
      ["bytes", bytes(cost.bytes)],
      ["full dumps", count(cost.full_dumps)],
      ["forced collections", count(cost.forced_collections)],
      ["slowest answer", duration(cost.slowest_ms)],
    ]),
    element("h3", {}, "Settings"),
    settings.length === 0
      ? element("p", { class: "empty" }, "All settings were the defaults.")
      : element("ul", { class: "settings", "aria-label": countOf(settings.length, "setting") }, ...settings),
  );
}
