// What is done before the page goes to paper, in the order in which it was asked for, and undone after.

interface Step {
  before: () => void;
  after: () => void;
}

const steps: Step[] = [];

/** Calls `before` before each printing, also one that an earlier step asks for, and `after` after it. */
export function forPaper(before: () => void, after: () => void = () => {}): void {
  steps.push({ before, after });
}

window.addEventListener("beforeprint", () => {
  // An array is walked with what joins it on the way.
  for (const { before } of steps) before();
});
window.addEventListener("afterprint", () => {
  for (const { after } of steps) after();
});
