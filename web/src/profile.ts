// What the page draws beyond the report (written by src/report/html_profile.cc). Frames are numbered once; stacks are
// lists of numbers, leaf first.

import { element } from "./dom";

/** Function, number of its file, line, and a link to the source where one is known. */
type Frame = [string, number, number, string?];

/** State, count now, count in the first sample, frames. */
export type GoroutineStack = [string, number, number, ...number[]];
/** Bytes and objects in use now, both in the first sample, frames. */
export type HeapStack = [number, number, number, number, ...number[]];

export interface Series {
  at: string[];
  sites: { frame: number; state?: string; values: number[] }[];
}

export interface Profile {
  summary: { outcome: string; words: string; health: string };
  finding_frames: { site: number; creator?: number; stack: number[]; consequences: number[] }[];
  goroutine_sites: number[][];
  allocation_sites: number[][];
  goroutine_series: Series;
  heap_series: Series;
  goroutine_stacks: GoroutineStack[];
  heap_stacks: HeapStack[];
  goroutine_stacks_summed?: number;
  heap_stacks_summed?: number;
  frames: Frame[];
  files: string[];
  settings: string[];
}

/** The numbered frames, in words and as elements. */
export class Frames {
  constructor(private readonly profile: Profile) {}

  function(number: number): string {
    return this.profile.frames[number]?.[0] || "(unknown function)";
  }

  /** "pool.go:42", with its folder; empty where no file is known. */
  place(number: number): string {
    const [, file = -1, line = 0] = this.profile.frames[number] ?? [];
    const path = this.profile.files[file] ?? "";
    return path === "" || line === 0 ? path : `${path}:${line}`;
  }

  link(number: number): string | undefined {
    const link = this.profile.frames[number]?.[3];
    // The template of -source-url may say anything; only the web is linked to.
    return link !== undefined && /^https?:\/\//i.test(link) ? link : undefined;
  }

  /** "worker (pool.go:42)": for legends. */
  brief(number: number): string {
    const name = this.function(number);
    const line = this.profile.frames[number]?.[2] ?? 0;
    return `${shortFunction(name)}${line > 0 ? `:${line}` : ""}`;
  }

  /** The place, linked to its source where that is known. */
  placeElement(number: number): HTMLElement {
    return this.linked(number, this.place(number));
  }

  /** The same with no more of its path than the last folder, for columns that would cut off the end. */
  shortPlaceElement(number: number): HTMLElement {
    return this.linked(number, this.place(number).split("/").slice(-2).join("/"));
  }

  private linked(number: number, words: string): HTMLElement {
    const link = this.link(number);
    if (link === undefined) return element("span", { class: "place" }, words);
    return element("a", { class: "place", href: link, rel: "noopener noreferrer", target: "_blank" }, words);
  }

  stackElement(numbers: readonly number[]): HTMLElement {
    const lines = numbers.map((number) =>
      element("li", {}, element("span", { class: "function" }, this.function(number)), " ", this.placeElement(number)),
    );
    return element("ol", { class: "stack" }, ...lines);
  }
}

/** "github.com/x/y/pool.(*Pool).run" → "pool.(*Pool).run". */
export function shortFunction(name: string): string {
  const parameters = name.search(/[[(]/);
  const head = parameters < 0 ? name : name.slice(0, parameters);
  return name.slice(head.lastIndexOf("/") + 1);
}
