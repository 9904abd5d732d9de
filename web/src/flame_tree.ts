// Stacks become a tree, root first: a node for each frame under each caller, as wide as what went through it.
//
// The DOM must stay small however large the profile: below a share of the whole, siblings are summed in one node that
// says so, and of a deep stack the middle is left out. Sums are kept: the children of a node and what ended in it add up
// to its value.

export interface Weighted {
  value: number;
  /** Of the same stack in the first sample. */
  first: number;
  /** What colours it: a wait state, or nothing. */
  tone: string;
  /** Frame numbers, root first. */
  frames: number[];
}

export interface FlameDatum {
  /** Frame number; below zero: `words` says what it is. */
  frame: number;
  words: string;
  value: number;
  first: number;
  tones: Map<string, number>;
  children: FlameDatum[];
}

/** Below this share of the whole, siblings are summed: narrower than a pixel on any screen. */
const smallestShare = 1 / 4000;
/** Frames of a stack that are kept; of a deeper one, half from each end. */
const deepest = 200;
const noFrame = -1;

function datum(frame: number, words: string): FlameDatum {
  return { frame, words, value: 0, first: 0, tones: new Map(), children: [] };
}

function add(node: FlameDatum, stack: Weighted): void {
  node.value += stack.value;
  node.first += stack.first;
  node.tones.set(stack.tone, (node.tones.get(stack.tone) ?? 0) + stack.value);
}

/** The frames that are drawn: a stack without frames stands for those that were summed. */
function drawn(frames: readonly number[]): { frame: number; words: string }[] {
  if (frames.length === 0) return [{ frame: noFrame, words: "(stacks too many to tell apart)" }];
  const named = frames.map((frame) => ({ frame, words: "" }));
  if (named.length <= deepest) return named;
  const left = named.length - deepest;
  return [...named.slice(0, deepest / 2), { frame: noFrame, words: `(${left} frames)` }, ...named.slice(-deepest / 2)];
}

/** The tree of these stacks; those of no value are left out. */
export function flameTree(stacks: readonly Weighted[], rootWords: string): FlameDatum {
  const root = datum(noFrame, rootWords);
  const children = new Map<FlameDatum, Map<string, FlameDatum>>();
  for (const stack of stacks) {
    if (stack.value <= 0) continue;
    add(root, stack);
    let node = root;
    for (const { frame, words } of drawn(stack.frames)) {
      let known = children.get(node);
      if (known === undefined) children.set(node, (known = new Map()));
      const key = `${frame} ${words}`;
      let child = known.get(key);
      if (child === undefined) {
        known.set(key, (child = datum(frame, words)));
        node.children.push(child);
      }
      add(child, stack);
      node = child;
    }
  }
  sumSmall(root, root.value * smallestShare);
  return root;
}

function sumSmall(root: FlameDatum, smallest: number): void {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const small = node.children.filter((child) => child.value < smallest);
    if (small.length > 1) {
      const sum = datum(noFrame, `(${small.length} smaller)`);
      for (const child of small) {
        sum.value += child.value;
        sum.first += child.first;
        for (const [tone, value] of child.tones) sum.tones.set(tone, (sum.tones.get(tone) ?? 0) + value);
      }
      node.children = [...node.children.filter((child) => child.value >= smallest), sum];
    }
    node.children.sort((a, b) => b.value - a.value);
    open.push(...node.children);
  }
}

/** The tone that most of a node's value has. */
export function mainTone(node: FlameDatum): string {
  let main = "";
  let most = -1;
  for (const [tone, value] of node.tones) {
    if (value > most) [main, most] = [tone, value];
  }
  return main;
}
