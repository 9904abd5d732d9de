// Puts the page together: the verdict first, then what it rests on, then how it came about.

import { element } from "./dom";
import { findingsSection } from "./findings";
import { goroutinesSection } from "./goroutines";
import { header } from "./header";
import { fillAll, fillWhenIdle } from "./later";
import { memorySection } from "./memory";
import { forPaper } from "./paper";
import { Frames, type Profile } from "./profile";
import { readBlock, type Report } from "./report";
import { remarksSection, runSection } from "./run";
import { startTheme } from "./theme";

/** Paper unfolds nothing: what is folded is opened for it, and folded again. */
function unfoldForPaper(): void {
  let opened: HTMLDetailsElement[] = [];
  forPaper(
    () => {
      opened = [...document.querySelectorAll<HTMLDetailsElement>("article details:not([open])")];
      for (const details of opened) details.open = true;
    },
    () => {
      for (const details of opened) details.open = false;
    },
  );
}

function start(): void {
  const report = readBlock<Report>("report");
  const profile = readBlock<Profile>("profile");
  const frames = new Frames(profile);
  const theme = startTheme();
  const sections = [
    findingsSection(report, profile, frames),
    remarksSection(report),
    goroutinesSection(report, profile, frames),
    memorySection(report, profile, frames),
    runSection(report, profile),
  ].filter((made) => made !== null);
  const links = sections.map((made) =>
    element("li", {}, element("a", { href: `#${made.id}` }, made.querySelector("h2")?.textContent ?? "")),
  );
  document.getElementById("page")?.append(
    element("a", { class: "skip", href: "#findings" }, "Skip to the findings"),
    header(report, profile, theme),
    element("nav", { "aria-label": "Sections" }, element("ul", {}, ...links)),
    element("main", {}, ...sections),
    element("footer", {}, `Made by LeakFinder ${report.tool.version}. The page asks for nothing from any network; the licences of its parts stand at the end of the file.`),
  );
  unfoldForPaper();
  // A link into the page was followed before there was anything to jump to.
  if (location.hash !== "") fillAll();
  fillWhenIdle();
}

start();
