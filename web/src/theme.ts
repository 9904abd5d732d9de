// Light and dark: as the system says, until the reader chooses. Canvases are drawn anew, since they know no CSS.

import { button } from "./dom";
import { forPaper } from "./paper";

type Theme = "light" | "dark";

const listeners: (() => void)[] = [];
const system = window.matchMedia("(prefers-color-scheme: dark)");
let chosen: Theme | undefined;

function current(): Theme {
  return chosen ?? (system.matches ? "dark" : "light");
}

function show(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever the colours have changed. */
export function onThemeChange(listener: () => void): void {
  listeners.push(listener);
}

/** The value of a colour of the style sheet, "--line". */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Follows the system, and paper, which is light. Returns the switch. */
export function startTheme(): HTMLElement {
  show(current());
  system.addEventListener("change", () => show(current()));
  forPaper(
    () => show("light"),
    () => show(current()),
  );
  const words = (): string => (current() === "dark" ? "Light" : "Dark");
  const toggle = button(words(), () => {
    chosen = current() === "dark" ? "light" : "dark";
    show(chosen);
  }, { class: "theme", title: "Switch between light and dark" });
  onThemeChange(() => (toggle.textContent = words()));
  return toggle;
}
