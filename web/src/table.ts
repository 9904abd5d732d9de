// A table that sorts, filters, and keeps only the rows in sight in the DOM, however many there are.

import { button, element } from "./dom";
import { forPaper } from "./paper";
import { count, countOf } from "./words";

export interface Column<Row> {
  name: string;
  /** What it sorts by. */
  key: (row: Row) => number | string;
  /** What it shows, and what the filter searches. */
  words: (row: Row) => string;
  /** Instead of the words alone. */
  cell?: (row: Row) => Node;
  number?: boolean;
  /** How much room it gets, where that is not an equal share. */
  room?: "short" | "long";
}

const rowHeight = 30;
/** Rows beyond the visible ones, so that scrolling shows no gap. */
const margin = 12;
/** Rows on paper. */
const printedRows = 60;
const visibleHeight = 480;

export class Table<Row> {
  readonly root: HTMLElement;
  private readonly body = element("tbody");
  private readonly scroller = element("div", { class: "scroller", tabindex: "0" });
  private readonly table = element("table", { class: "rows" });
  private readonly filter = element("input", { type: "search", placeholder: "Filter" });
  private readonly tally = element("span", { class: "tally", "aria-live": "polite" });
  private readonly panel = element("div", { class: "panel", "aria-live": "polite" });
  private readonly heads: HTMLTableCellElement[];
  private readonly searched: string[];
  private shown: Row[];
  private sorted: { column: number; falling: boolean };

  /** `details` is what opens below the table for a row; the first column is sorted by, falling. */
  constructor(
    title: string,
    private readonly rows: readonly Row[],
    private readonly columns: readonly Column<Row>[],
    private readonly details: (row: Row) => Node,
  ) {
    this.shown = [...rows];
    this.sorted = { column: 0, falling: true };
    this.searched = rows.map((row) => columns.map((column) => column.words(row)).join("\n").toLowerCase());
    this.filter.setAttribute("aria-label", `Filter ${title}`);
    this.heads = columns.map((column, i) =>
      element("th", { scope: "col", class: column.number ? "number" : (column.room ?? "") }, button(column.name, () => this.sortBy(i))),
    );
    this.table.append(element("thead", {}, element("tr", {}, ...this.heads, element("th", { class: "open" }, "stack"))), this.body);
    this.table.setAttribute("aria-rowcount", String(rows.length + 1));
    this.scroller.setAttribute("aria-label", title);
    this.scroller.append(this.table);
    this.root = element(
      "div",
      { class: "table" },
      element("div", { class: "table-bar" }, element("h3", {}, title), this.filter, this.tally),
      this.scroller,
      this.panel,
    );
    this.filter.addEventListener("input", () => this.refresh());
    this.scroller.addEventListener("scroll", () => this.drawVisible());
    new ResizeObserver(() => this.drawVisible()).observe(this.scroller);
    forPaper(
      () => this.draw(0, Math.min(printedRows, this.shown.length)),
      () => this.drawVisible(),
    );
    this.refresh();
  }

  private sortBy(column: number): void {
    const again = this.sorted.column === column;
    const numbers = this.columns[column]?.number === true;
    this.sorted = { column, falling: again ? !this.sorted.falling : numbers };
    this.refresh();
  }

  private refresh(): void {
    const wanted = this.filter.value.trim().toLowerCase().split(/\s+/);
    this.shown = this.rows.filter((_row, i) => wanted.every((word) => this.searched[i]?.includes(word)));
    const { column, falling } = this.sorted;
    const key = this.columns[column]?.key;
    if (key) this.shown.sort((a, b) => (falling ? compare(key(b), key(a)) : compare(key(a), key(b))));
    this.heads.forEach((head, i) => head.setAttribute("aria-sort", i !== column ? "none" : falling ? "descending" : "ascending"));
    const all = this.rows.length;
    this.tally.textContent = this.shown.length === all ? countOf(all, "row") : `${count(this.shown.length)} of ${countOf(all, "row")}`;
    this.scroller.scrollTop = 0;
    this.drawVisible();
  }

  private drawVisible(): void {
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / rowHeight) - margin);
    // Never more than the style sheet lets be seen: on paper the table is as high as its rows, and would grow them.
    const fitting = Math.ceil(visibleHeight / rowHeight);
    this.draw(first, Math.min(this.shown.length, first + fitting + 2 * margin));
  }

  /** Puts the rows from `first` to before `end` into the DOM, and room for those that are not there. */
  private draw(first: number, end: number): void {
    const rows: HTMLTableRowElement[] = [room(first * rowHeight, this.columns.length)];
    for (let i = first; i < end; ++i) {
      const row = this.shown[i];
      if (row !== undefined) rows.push(this.rowElement(row, i));
    }
    rows.push(room((this.shown.length - end) * rowHeight, this.columns.length));
    this.body.replaceChildren(...rows);
  }

  private rowElement(row: Row, index: number): HTMLTableRowElement {
    const cells = this.columns.map((column) => {
      const words = column.words(row);
      return element("td", { class: column.number ? "number" : "", title: words }, column.cell?.(row) ?? words);
    });
    const open = button("show", () => this.panel.replaceChildren(this.details(row)), { "aria-label": `Show the stack of row ${index + 1}` });
    return element("tr", { "aria-rowindex": String(index + 2), class: "row" }, ...cells, element("td", { class: "open" }, open));
  }
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** An empty row as high as the rows that are left out. */
function room(pixels: number, columns: number): HTMLTableRowElement {
  const made = element("tr", { class: "room", "aria-hidden": "true" }, element("td", { colspan: String(columns + 1) }));
  made.style.height = `${Math.max(0, pixels)}px`;
  return made;
}
