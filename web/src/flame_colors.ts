// Colours of flame graphs: light enough for dark words on both backgrounds.

import type { FlameDatum } from "./flame_tree";

const palette = ["#8fb8de", "#f6b26b", "#93c9a1", "#c9a6d8", "#e8a1a1", "#e3cf7a", "#8fcfd1", "#d3b59a", "#b9c4cf", "#f2a7c6"];

/** The colour of the tone that is the `rank`th most common. */
export function toneColor(rank: number): string {
  return palette[Math.min(rank, palette.length - 1)] ?? "#b9c4cf";
}

/** Red for what grew since the first sample, blue for what fell, grey for what stayed. */
export function growthColor(node: FlameDatum): string {
  const most = Math.max(node.value, node.first);
  const change = most === 0 ? 0 : (node.value - node.first) / most;
  if (Math.abs(change) < 0.01) return "#c4cad1";
  const strength = Math.min(1, Math.abs(change) * 1.5);
  const lightness = 84 - 22 * strength;
  return change > 0 ? `hsl(8 85% ${lightness}%)` : `hsl(212 75% ${lightness}%)`;
}

/** A colour of its own for each package, warm like a heap. */
export function packageColor(name: string): string {
  const path = name.slice(0, name.indexOf(".", name.lastIndexOf("/") + 1));
  let hash = 0;
  for (const letter of path) hash = (hash * 31 + letter.charCodeAt(0)) % 360;
  // Neighbouring names differ by little: spread them over the warm third of the circle.
  const spread = (hash * 0.618034) % 1;
  return `hsl(${8 + 55 * spread} ${60 + 24 * ((spread * 7) % 1)}% ${70 + 10 * ((spread * 3) % 1)}%)`;
}
