// The page opens with the verdict and the findings. What is far below costs nothing until it comes near to the window, the
// browser has nothing else to do, a link of the page leads there, or the page is printed.

import { element } from "./dom";
import { forPaper } from "./paper";

/** The places that are still empty, in the order of the page, and what fills them. */
const waiting = new Map<Element, () => Element>();
// Safari has no idle callbacks.
const whenIdle = (run: () => void): unknown => ("requestIdleCallback" in window ? requestIdleCallback(run) : setTimeout(run, 50));

function fill(place: Element): void {
  const make = waiting.get(place);
  waiting.delete(place);
  nearness.unobserve(place);
  if (make !== undefined) place.replaceWith(make());
}

const nearness = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) fill(target);
  },
  { rootMargin: "100px" },
);

/** A place of about this height, in pixels, which becomes what `make` returns. */
export function later(height: number, make: () => Element): HTMLElement {
  const place = element("div", { class: "later" });
  place.style.minHeight = `${height}px`;
  waiting.set(place, make);
  nearness.observe(place);
  return place;
}

/** Fills every place now. */
export function fillAll(): void {
  for (const place of [...waiting.keys()]) fill(place);
}

/** Milliseconds in which the first screen is drawn and looked at before the rest of the page is. */
const settling = 400;

/** Fills one place after the other whenever there is nothing else to do, once the page is drawn. */
export function fillWhenIdle(): void {
  const next = (): void => {
    const [place] = waiting.keys();
    if (place === undefined) return;
    fill(place);
    whenIdle(next);
  };
  const drawn = (): unknown => setTimeout(() => whenIdle(next), settling);
  if (document.readyState === "complete") drawn();
  else window.addEventListener("load", drawn);
}

// The height of what is drawn later is a guess, and a jump that went by it missed its aim.
window.addEventListener("hashchange", () => {
  fillAll();
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
});
forPaper(fillAll);
