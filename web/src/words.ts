// Numbers and times as people read them; the same forms as the terminal's (src/report/numbers.h).

import { grouped } from "./plain_intl";

export function count(number: number): string {
  return grouped(number);
}

export function countOf(number: number, singular: string): string {
  return `${count(number)} ${singular}${number === 1 ? "" : "s"}`;
}

export function signed(number: number): string {
  return number > 0 ? `+${count(number)}` : count(number);
}

/** 12873123 → "12.3 MiB"; below 1 KiB "512 B". */
export function bytes(number: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let value = Math.abs(number);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  const digits = unit === 0 ? grouped(value) : value.toFixed(1);
  return `${number < 0 ? "-" : ""}${digits} ${units[unit]}`;
}

export function signedBytes(number: number): string {
  return number > 0 ? `+${bytes(number)}` : bytes(number);
}

export function percent(part: number, whole: number): string {
  if (whole <= 0) return "0 %";
  const share = (100 * part) / whole;
  return `${share >= 10 || share === 0 ? share.toFixed(0) : share.toFixed(1)} %`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${grouped(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(Math.round(seconds % 60)).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** "2026-11-23 16:40:41 UTC". */
export function time(rfc3339: string): string {
  return `${rfc3339.slice(0, 19).replace("T", " ")} UTC`;
}

/** At most one decimal: "60", "0.5"; small ones keep a digit. */
export function decimal(number: number): string {
  if (number !== 0 && Math.abs(number) < 0.05) return number.toPrecision(1);
  return String(Math.round(number * 10) / 10);
}
