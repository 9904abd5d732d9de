// What the page uses of d3-flame-graph 5, which ships no types. Setters return the graph.
declare module "d3-flame-graph" {
  export interface FlameNode<Datum> {
    data: Datum;
    id: number;
    value: number;
    depth: number;
    x0: number;
    x1: number;
    highlight?: boolean;
    parent: FlameNode<Datum> | null;
    children?: FlameNode<Datum>[];
  }
  export interface FlameGraph<Datum> {
    (selection: unknown): void;
    width(pixels: number): this;
    cellHeight(pixels: number): this;
    minFrameSize(pixels: number): this;
    transitionDuration(milliseconds: number): this;
    inverted(rootOnTop: boolean): this;
    resetHeightOnZoom(reset: boolean): this;
    sort(compare: (a: FlameNode<Datum>, b: FlameNode<Datum>) => number): this;
    getName(name: (node: FlameNode<Datum>) => string): this;
    label(words: (node: FlameNode<Datum>) => string): this;
    color(mapper: (node: FlameNode<Datum>, original: string) => string): this;
    onClick(handler: (node: FlameNode<Datum>) => void): this;
    onHover(handler: (node: FlameNode<Datum>) => void): this;
    setSearchMatch(matches: (node: FlameNode<Datum>, term: string) => boolean): this;
    setSearchHandler(handler: (found: FlameNode<Datum>[], sum: number, total: number) => void): this;
    search(term: string): void;
    clear(): void;
    zoomTo(node: FlameNode<Datum>): void;
    resetZoom(): void;
    update(): this;
    destroy(): this;
  }
  export default function flamegraph<Datum>(): FlameGraph<Datum>;
}

declare module "d3-selection" {
  export interface Selection<Datum> {
    datum(): Datum;
    datum<New>(value: New): Selection<New>;
    call(use: (selection: unknown) => void): this;
  }
  export function select<Datum = unknown>(element: Element): Selection<Datum>;
}
