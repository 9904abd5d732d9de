// The report as it lies in the file: schema leakfinder/report/v1 (docs/schema/report-v1.json), of which this names what
// the page shows. Absent fields do not apply.

import { withHiddenShown } from "./visible";

export interface Place {
  function?: string;
  file?: string;
  line?: number;
}

export type Verdict = "leak" | "suspect" | "info";

export interface Consequence extends Place {
  state?: string;
  count: number;
}

export interface Finding extends Place {
  id: string;
  rule: string;
  kind: "goroutine" | "memory";
  verdict: Verdict;
  score: number;
  title: string;
  package?: string;
  state?: string;
  count?: number;
  count_before?: number;
  delta?: number;
  bytes?: number;
  bytes_delta?: number;
  is_new?: boolean;
  growth_per_min?: number;
  growth_bytes_per_s?: number;
  wait_minutes?: { min: number; max: number };
  counts?: number[];
  births?: number;
  deaths?: number;
  survivors?: number;
  other_states?: Record<string, number>;
  creator?: Place;
  labels?: Record<string, string>;
  targets?: string[];
  owners?: string[];
  evidence?: string[];
  score_parts?: Record<string, number>;
  score_reasons?: Record<string, string>;
  resembles?: string;
  advice?: string;
  consequences?: Consequence[];
  stack?: Place[];
  accepted?: { reason: string; expires?: string; owner?: string };
}

export interface GoroutineSite extends Place {
  state?: string;
  count: number;
  count_first: number;
  benign?: boolean;
  creator?: Place;
}

export interface Goroutines {
  total: number;
  unfiltered_total?: number;
  system: number;
  level: string;
  alert?: boolean;
  by_state?: Record<string, number>;
  truncated?: boolean;
  share_seen?: number;
  samples?: { at: string; total: number }[];
  sites?: GoroutineSite[];
}

export interface AllocationSite extends Place {
  inuse_bytes: number;
  inuse_bytes_first: number;
  inuse_objects: number;
  alloc_bytes: number;
  alloc_objects: number;
  alloc_bytes_per_s?: number;
}

export interface Memory {
  live_bytes?: number;
  heap_alloc_bytes?: number;
  heap_inuse_bytes?: number;
  heap_idle_bytes?: number;
  heap_released_bytes?: number;
  stack_inuse_bytes?: number;
  sys_bytes?: number;
  max_rss_bytes?: number;
  objects?: number;
  num_gc?: number;
  gc_cpu_fraction?: number;
  gc_pauses?: { count: number; median_ms: number; longest_ms: number };
  level: string;
  alert?: boolean;
  pattern: string;
  pattern_reason?: string;
  growth_bytes_per_s?: number;
  alloc_bytes_per_s?: number;
  collections_per_min?: number;
  samples?: { at: string; live_bytes?: number; heap_alloc_bytes?: number; objects?: number; num_gc?: number }[];
  allocation_sites?: AllocationSite[];
}

export interface GcVerification {
  result: string;
  freed_percent?: number;
  basis: string;
  baseline_bytes?: number;
  before_bytes?: number;
  before_live_bytes?: number;
  final_bytes?: number;
  allocated_bytes?: number;
  groups?: {
    label: string;
    site?: string;
    result: string;
    freed_percent: number;
    baseline: number;
    before: number;
    final: number;
  }[];
}

export interface Report {
  tool: { name: string; version: string };
  command: string;
  target: { url?: string; files?: string[]; go_version?: string; profiles?: string[] };
  started_at: string;
  duration_ms: number;
  cost: { requests: number; bytes: number; full_dumps: number; forced_collections: number; slowest_ms: number };
  health: { score?: number; level: string; deductions?: { reason: string; points: number }[] };
  goroutines?: Goroutines;
  memory?: Memory;
  gc?: GcVerification;
  findings: Finding[];
  criteria?: { name: string; value: string }[];
  notes?: string[];
  warnings: { code: string; message: string; where?: string; count: number }[];
  errors: { code: string; message: string; where?: string }[];
}

/** Parses the block of JSON that stands in the file under `id`. */
export function readBlock<Block>(id: string): Block {
  return JSON.parse(withHiddenShown(document.getElementById(id)?.textContent ?? "null")) as Block;
}
