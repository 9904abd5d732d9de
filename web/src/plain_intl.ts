// Stands in for `Intl` in the whole bundle (build.mjs): the browser's reads its tables of languages at the first use, which
// takes longer than all else that opening the page does.

/** "1,234,567"; whole numbers only, rounded half away from zero. */
export function grouped(number: number): string {
  const digits = String(Math.round(Math.abs(number)));
  return (number <= -0.5 ? "-" : "") + digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** What uPlot makes at its start and, with our axes, does not use. */
export const plainIntl = {
  NumberFormat: class {
    format = grouped;
  },
  DateTimeFormat: class {
    resolvedOptions(): { timeZone: string } {
      return { timeZone: "" };
    }
  },
};
