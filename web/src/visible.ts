// Characters that hide or reorder what stands beside them are shown by their numbers, as in the terminal (src/base/text.h).

// In JSON they are all escapes, so that they are found without a look at any other character.
const escapes = /\\(?:u([0-9a-f]{4})(?:\\u(d[c-f][0-9a-f]{2}))?|.)/gi;
const short: Record<string, string> = { "\\b": "0008", "\\f": "000c", "\\r": "000d" };

/** The first and the last of each range; tabs and line ends are no harm in HTML. */
const hidden: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
];

/** JSON whose texts show such characters as "\u202e" or "\x1b". */
export function withHiddenShown(json: string): string {
  return json.replace(escapes, (found: string, high: string | undefined, low: string | undefined) => {
    const hex = short[found] ?? high;
    if (hex === undefined) return found;
    const unit = parseInt(hex, 16);
    const paired = low !== undefined && unit >= 0xd800 && unit <= 0xdbff;
    const code = paired ? 0x10000 + (unit - 0xd800) * 0x400 + (parseInt(low, 16) - 0xdc00) : unit;
    if (!hidden.some(([first, last]) => first <= code && code <= last)) return found;
    const number = code < 0x100 ? `x${code.toString(16).padStart(2, "0")}` : `u${code.toString(16).padStart(4, "0")}`;
    return `\\\\${number}${paired ? "" : found.slice(6)}`;
  });
}
