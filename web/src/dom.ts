// Elements made of texts. Nothing here takes markup, so no text of a target becomes any.

export type Child = Node | string | null | undefined;

/** An element with these attributes and children; texts stay texts, absent children are passed over. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  append(made, children);
  return made;
}

export function svgElement<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  append(made, children);
  return made;
}

function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined) parent.append(child);
  }
}

export function button(words: string, press: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", press);
  return made;
}

/** A row of buttons of which one is chosen. */
export function choice<Name extends string>(
  label: string,
  names: readonly { name: Name; words: string }[],
  choose: (name: Name) => void,
): HTMLElement {
  const group = element("div", { class: "choice", role: "group", "aria-label": label });
  const buttons = names.map(({ name, words }) =>
    button(words, () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other.dataset["name"] === name));
      choose(name);
    }, { "data-name": name, "aria-pressed": "false" }),
  );
  buttons[0]?.setAttribute("aria-pressed", "true");
  group.append(...buttons);
  return group;
}

/** Name and value pairs; those without a value are passed over. */
export function facts(rows: readonly (readonly [string, Child])[]): HTMLElement {
  const list = element("dl", { class: "facts" });
  for (const [name, value] of rows) {
    if (value === null || value === undefined || value === "") continue;
    list.append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));
  }
  return list;
}

/** A heading with a section under it that the page's navigation finds. */
export function section(id: string, title: string, ...children: Child[]): HTMLElement {
  return element("section", { id, "aria-labelledby": `${id}-title` }, element("h2", { id: `${id}-title` }, title), ...children);
}
