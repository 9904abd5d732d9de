// A flame graph with its legend, search, zoom and keys. Root on top; the arrow keys walk the frames, Enter zooms,
// Escape shows all again.

import flamegraph, { type FlameGraph, type FlameNode } from "d3-flame-graph";
import { select } from "d3-selection";

import { button, choice, element } from "./dom";
import { growthColor, packageColor, toneColor } from "./flame_colors";
import { flameTree, mainTone, type FlameDatum, type Weighted } from "./flame_tree";
import { forPaper } from "./paper";
import type { Frames } from "./profile";
import { shortFunction } from "./profile";
import { percent } from "./words";

/** One way to look at the stacks. */
export interface FlameMode {
  name: string;
  words: string;
  stacks: () => Weighted[];
  colors: "tone" | "growth" | "package";
  /** "1,230 goroutines", of a value. */
  amount: (value: number) => string;
  /** "+30", of a difference; absent: the first sample is not shown. */
  change?: (difference: number) => string;
  /** Said instead of the graph where nothing is wider than zero. */
  empty: string;
  /** Said below the graph. */
  note?: string;
  /** Tones in the order of their colours, for a page that shows them elsewhere too; others follow by how common they are. */
  order?: readonly string[];
}

type Node = FlameNode<FlameDatum>;

const cellHeight = 20;

export class FlameView {
  readonly root: HTMLElement;
  private readonly place = element("div", { class: "flame", tabindex: "0", role: "application" });
  private readonly words = element("p", { class: "flame-details", "aria-live": "polite" });
  private readonly legend = element("ul", { class: "legend" });
  private readonly found = element("span", { class: "found", "aria-live": "polite" });
  private readonly search = element("input", { type: "search", placeholder: "Search functions", "aria-label": "Search functions in the flame graph" });
  private graph: FlameGraph<FlameDatum> | undefined;
  private tree: FlameDatum | undefined;
  private current: Node | undefined;
  private ranks = new Map<string, number>();

  constructor(
    title: string,
    private readonly frames: Frames,
    private readonly modes: readonly FlameMode[],
    private mode: FlameMode,
  ) {
    this.place.setAttribute("aria-label", `${title}; arrow keys walk, Enter zooms, Escape shows all`);
    const bar = element(
      "div",
      { class: "flame-bar" },
      this.modes.length > 1 ? choice("Show", this.modes, (name) => this.choose(name)) : null,
      this.search,
      this.found,
      button("Show all", () => this.showAll(), { class: "reset" }),
    );
    this.root = element("figure", { class: "flame-view" }, element("figcaption", {}, title), bar, this.place, this.words, this.legend);
    this.search.addEventListener("input", () => this.find());
    this.place.addEventListener("keydown", (event) => this.walk(event));
    new ResizeObserver(() => this.resize()).observe(this.place);
    forPaper(() => this.resize());
    this.draw();
  }

  private choose(name: string): void {
    this.mode = this.modes.find((mode) => mode.name === name) ?? this.mode;
    this.draw();
  }

  private draw(): void {
    this.tree = flameTree(this.mode.stacks(), "all");
    this.current = undefined;
    this.place.replaceChildren();
    this.graph = undefined;
    this.rank();
    this.describe(undefined);
    if (this.tree.value === 0) {
      this.place.append(element("p", { class: "empty" }, this.mode.empty));
      return;
    }
    if (this.place.clientWidth > 0) this.build(this.tree);
  }

  private build(tree: FlameDatum): void {
    this.graph = flamegraph<FlameDatum>()
      .width(this.place.clientWidth)
      .cellHeight(cellHeight)
      .minFrameSize(0.3)
      .transitionDuration(0)
      .inverted(true)
      .resetHeightOnZoom(true)
      .sort((a, b) => b.data.value - a.data.value)
      .getName((node) => (node.data.words === "" ? shortFunction(this.frames.function(node.data.frame)) : node.data.words))
      .label((node) => this.describeWords(node.data))
      .color((node) => (node.highlight ? "#e64bd8" : this.colorOf(node.data)))
      .onClick((node) => this.zoomed(node))
      .onHover((node) => this.describe(node.data))
      .setSearchMatch((node, term) => this.nameOf(node.data).toLowerCase().includes(term.toLowerCase()))
      .setSearchHandler((_found, sum, total) => {
        this.found.textContent = `${this.mode.amount(sum)}, ${percent(sum, total)}`;
      });
    select(this.place).datum(tree).call(this.graph);
    if (this.search.value !== "") this.find();
  }

  private nameOf(datum: FlameDatum): string {
    return datum.words === "" ? `${this.frames.function(datum.frame)} ${this.frames.place(datum.frame)}` : datum.words;
  }

  private colorOf(datum: FlameDatum): string {
    if (datum.frame < 0) return "#b9c0c8";
    if (this.mode.colors === "growth") return growthColor(datum);
    if (this.mode.colors === "tone") return toneColor(this.ranks.get(mainTone(datum)) ?? 0);
    return packageColor(this.frames.function(datum.frame));
  }

  /** The tones by how common they are, and the legend of them. */
  private rank(): void {
    this.legend.replaceChildren();
    const order = this.mode.order ?? [];
    const tones = [...(this.tree?.tones ?? [])].sort((a, b) => b[1] - a[1]);
    const others = tones.map(([tone]) => tone).filter((tone) => !order.includes(tone));
    this.ranks = new Map([...order, ...others].map((tone, rank) => [tone, rank]));
    const entry = (color: string, words: string): void => {
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = color;
      this.legend.append(element("li", {}, swatch, words));
    };
    if (this.mode.colors === "tone") {
      for (const [tone, value] of tones) entry(toneColor(this.ranks.get(tone) ?? 0), `${tone || "unknown"}: ${this.mode.amount(value)}`);
    } else if (this.mode.colors === "growth") {
      entry("hsl(8 85% 62%)", "grew since the first sample");
      entry("#c4cad1", "stayed");
      entry("hsl(212 75% 62%)", "fell");
    }
    if (this.mode.note !== undefined) this.legend.append(element("li", { class: "note" }, this.mode.note));
  }

  private describeWords(datum: FlameDatum): string {
    const parts = [`${this.mode.amount(datum.value)}, ${percent(datum.value, this.tree?.value ?? 0)}`];
    if (this.mode.change !== undefined) parts.push(`${this.mode.change(datum.value - datum.first)} since the first sample`);
    if (this.mode.colors === "tone" && datum.tones.size > 0) {
      const tones = [...datum.tones].sort((a, b) => b[1] - a[1]).slice(0, 4);
      parts.push(tones.map(([tone, value]) => `${value} ${tone}`).join(", "));
    }
    return `${this.nameOf(datum)}: ${parts.join("; ")}`;
  }

  private describe(datum: FlameDatum | undefined): void {
    if (datum === undefined || datum.frame < 0) {
      this.words.replaceChildren(datum === undefined ? "Point at a frame, or walk there with the arrow keys." : this.describeWords(datum));
      return;
    }
    const [, amounts = ""] = splitOnce(this.describeWords(datum), this.nameOf(datum));
    this.words.replaceChildren(
      element("span", { class: "function" }, this.frames.function(datum.frame)),
      " ",
      this.frames.placeElement(datum.frame),
      amounts,
    );
  }

  private zoomed(node: Node): void {
    this.current = node;
    this.describe(node.data);
    this.mark();
  }

  private showAll(): void {
    this.search.value = "";
    this.found.textContent = "";
    this.graph?.clear();
    this.graph?.resetZoom();
    this.current = undefined;
    this.describe(undefined);
    this.mark();
  }

  private find(): void {
    if (this.search.value !== "") {
      this.graph?.search(this.search.value);
      return;
    }
    this.graph?.clear();
    this.found.textContent = "";
  }

  private walk(event: KeyboardEvent): void {
    if (this.graph === undefined) return;
    const top = select<Node>(this.place).datum();
    const at = this.current ?? top;
    const siblings = at.parent?.children ?? [at];
    const index = siblings.indexOf(at);
    const steps: Record<string, Node | null | undefined> = {
      ArrowDown: this.current === undefined ? top : at.children?.[0],
      ArrowUp: at.parent,
      ArrowRight: siblings[index + 1],
      ArrowLeft: siblings[index - 1],
    };
    if (event.key === "Enter") this.graph.zoomTo(at);
    else if (event.key === "Escape") this.showAll();
    else if (event.key in steps) {
      const next = steps[event.key];
      if (next) {
        this.current = next;
        this.describe(next.data);
        this.mark();
      }
    } else return;
    event.preventDefault();
  }

  /** Outlines the frame that the keys are at. */
  private mark(): void {
    for (const group of this.place.querySelectorAll<SVGGElement>("g.frame")) {
      group.classList.toggle("current", this.current !== undefined && select<Node>(group).datum() === this.current);
    }
  }

  private resize(): void {
    if (this.tree === undefined || this.tree.value === 0 || this.place.clientWidth === 0) return;
    if (this.graph === undefined) this.build(this.tree);
    else this.graph.width(this.place.clientWidth).update();
  }
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + at.length)];
}
