// The findings: what leaks, where, how that is known, and what to do.

import { button, element, section, svgElement, type Child } from "./dom";
import type { Frames, Profile } from "./profile";
import type { Finding, Report } from "./report";
import { bytes, count, countOf, decimal, signed, signedBytes } from "./words";

/** Findings drawn at once; a button brings the next. */
const shownAtOnce = 50;

/** "1,230 goroutines in chan send (+30)": what is at the site. */
function amount(finding: Finding): string {
  const parts: string[] = [];
  if (finding.bytes !== undefined) {
    const change = finding.bytes_delta === undefined ? "" : ` (${signedBytes(finding.bytes_delta)})`;
    parts.push(bytes(finding.bytes) + change);
  }
  if (finding.count !== undefined) {
    const change = finding.delta === undefined ? "" : ` (${signed(finding.delta)})`;
    const what = finding.kind === "memory" ? "object" : "goroutine";
    parts.push(countOf(finding.count, what) + change);
  }
  const where = finding.state === undefined || parts.length === 0 ? "" : ` in ${finding.state}`;
  return parts.join(", ") + where;
}

function details(finding: Finding): string[] {
  const words: string[] = [];
  if (finding.is_new) words.push("new");
  const pace = finding.growth_per_min ?? 0;
  if (pace !== 0) words.push(`${decimal(Math.abs(pace))} ${pace > 0 ? "more" : "fewer"} a minute`);
  if (finding.growth_bytes_per_s !== undefined) words.push(`${bytes(finding.growth_bytes_per_s)}/s`);
  if (finding.wait_minutes && finding.wait_minutes.max > 0) {
    const { min, max } = finding.wait_minutes;
    words.push(`waiting ${min === max ? "" : `${min} to `}${countOf(max, "minute")}`);
  }
  if (finding.births !== undefined && finding.deaths !== undefined) {
    const stayed = finding.survivors === undefined ? "" : `, ${count(finding.survivors)} stayed`;
    words.push(`${count(finding.births)} came, ${count(finding.deaths)} left${stayed}`);
  }
  return words;
}

/** The counts over the samples as a small line. */
function sparkline(values: readonly number[]): SVGElement | null {
  if (values.length < 2) return null;
  const most = Math.max(...values, 1);
  const points = values.map((value, i) => `${(i * 116) / (values.length - 1) + 2},${26 - (22 * value) / most}`);
  return svgElement(
    "svg",
    { class: "sparkline", viewBox: "0 0 120 28", role: "img", "aria-label": `over the samples: ${values.slice(-20).map(count).join(", ")}` },
    svgElement("polyline", { points: points.join(" ") }),
  );
}

function scoreParts(finding: Finding): HTMLElement | null {
  const parts = Object.entries(finding.score_parts ?? {});
  if (parts.length === 0) return null;
  const rows = parts.map(([name, points]) => {
    const bar = element("span", { class: points < 0 ? "bar minus" : "bar" });
    bar.style.width = `${Math.min(100, Math.abs(points))}%`;
    const reason = finding.score_reasons?.[name];
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      element("td", { class: "number" }, String(points)),
      element("td", { class: "bars" }, bar),
      element("td", {}, reason ?? ""),
    );
  });
  return element("details", {}, element("summary", {}, `Score ${finding.score}`), element("table", { class: "score" }, element("tbody", {}, ...rows)));
}

/** The text with what stands between backticks as code. */
function withCode(text: string): Child[] {
  const parts = text.split("`");
  // An odd number of them closes nothing.
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, i) => (i % 2 === 1 ? element("code", {}, part) : part));
}

function list(name: string, texts: readonly string[] | undefined): Child {
  if (texts === undefined || texts.length === 0) return null;
  return element("p", { class: "extra" }, element("strong", {}, `${name}: `), texts.join(", "));
}

function consequences(finding: Finding, numbers: readonly number[], frames: Frames): Child {
  const rows = (finding.consequences ?? []).map((consequence, i) =>
    element(
      "li",
      {},
      `${countOf(consequence.count, "goroutine")} stuck because of it${consequence.state ? `, in ${consequence.state}` : ""}: `,
      element("span", { class: "function" }, consequence.function ?? ""),
      " ",
      frames.placeElement(numbers[i] ?? -1),
    ),
  );
  return rows.length === 0 ? null : element("ul", { class: "consequences" }, ...rows);
}

function accepted(finding: Finding): Child {
  if (!finding.accepted) return null;
  const { reason, expires, owner } = finding.accepted;
  return element("p", { class: "accepted" }, `Accepted${owner ? ` by ${owner}` : ""}${expires ? ` until ${expires}` : ""}: ${reason}`);
}

function findingElement(finding: Finding, at: Profile["finding_frames"][number], frames: Frames): HTMLElement {
  const evidence = (finding.evidence ?? []).map((text) => element("li", {}, text));
  if (finding.creator && at.creator !== undefined) {
    const function_ = element("span", { class: "function" }, finding.creator.function ?? "");
    evidence.push(element("li", {}, "created by ", function_, " ", frames.placeElement(at.creator)));
  }
  const states = Object.entries(finding.other_states ?? {}).map(([state, number]) => `${count(number)} in ${state}`);
  const labels = Object.entries(finding.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const much = amount(finding);
  const seen = [...(much === "" ? [] : [element("strong", {}, much)]), ...details(finding)].flatMap((part, i) => (i === 0 ? [part] : [" · ", part]));
  return element(
    "article",
    { class: `finding ${finding.verdict}${finding.accepted ? " is-accepted" : ""}`, id: `finding-${finding.id}` },
    element(
      "div",
      { class: "heading" },
      element("span", { class: `badge ${finding.verdict}` }, finding.verdict),
      element("h3", {}, finding.title),
      sparkline(finding.counts ?? []),
    ),
    element("p", { class: "where" }, element("span", { class: "function" }, finding.function ?? ""), " ", frames.placeElement(at.site)),
    seen.length === 0 ? null : element("p", {}, ...seen),
    finding.resembles === undefined ? null : element("p", { class: "extra" }, `Resembles ${finding.resembles}`),
    accepted(finding),
    evidence.length === 0 ? null : element("ul", { class: "evidence" }, ...evidence),
    consequences(finding, at.consequences, frames),
    finding.advice ? element("p", { class: "advice" }, element("strong", {}, "What to do: "), ...withCode(finding.advice)) : null,
    list("Elsewhere", states),
    list("Labels", labels),
    list("Owners", finding.owners),
    list("Targets", finding.targets),
    at.stack.length === 0
      ? null
      : element("details", {}, element("summary", {}, `Stack, ${countOf(at.stack.length, "frame")}`), frames.stackElement(at.stack)),
    scoreParts(finding),
    element(
      "p",
      { class: "identity" },
      element("code", { class: "rule" }, finding.rule),
      ` · score ${finding.score} · id `,
      element("code", { class: "id" }, finding.id),
    ),
  );
}

export function findingsSection(report: Report, profile: Profile, frames: Frames): HTMLElement {
  const { findings } = report;
  if (findings.length === 0) {
    return section("findings", "Findings", element("p", { class: "empty" }, "Nothing that looks like a leak was found."));
  }
  const made = section("findings", `Findings (${count(findings.length)})`);
  let shown = 0;
  const more = button("", () => showMore(), { class: "more" });
  const showMore = (): void => {
    more.remove();
    for (const finding of findings.slice(shown, shown + shownAtOnce)) {
      const at = profile.finding_frames[shown++];
      if (at) made.append(findingElement(finding, at, frames));
    }
    if (shown < findings.length) {
      more.textContent = `Show more: ${count(findings.length - shown)} left`;
      made.append(more);
    }
  };
  showMore();
  return made;
}
