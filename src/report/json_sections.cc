#include "report/gc_pauses.h"
#include "report/json_parts.h"
#include "report/numbers.h"

namespace lf::report {
namespace {

double milliseconds_of(std::chrono::nanoseconds duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

void put_by_state(JsonWriter& out, const GoroutineSection& goroutines) {
  if (goroutines.by_state.empty()) return;
  out.open_object("by_state");
  for (const auto& [state, count] : goroutines.by_state) out.field(state, count);
  out.end_object();
}

void put_goroutine_sites(JsonWriter& out, const GoroutineSection& goroutines, SiteStacks stacks) {
  if (goroutines.sites.empty()) return;
  out.open_array("sites");
  for (const SiteCount& site : goroutines.sites) {
    out.begin_object();
    put_json_place(out, site.site);
    out.optional_text("state", site.state);
    out.field("count", site.count);
    out.field("count_first", site.count_first);
    if (site.benign) out.field("benign", true);
    if (site.longest_wait_minutes > 0) out.field("longest_wait_minutes", site.longest_wait_minutes);
    if (site.creator) {
      out.open_object("creator");
      put_json_place(out, *site.creator);
      out.end_object();
    }
    if (stacks == SiteStacks::kKept) put_json_stack(out, "stack", site.stack);
    out.end_object();
  }
  out.end_array();
}

void put_allocation_sites(JsonWriter& out, const MemorySection& memory, SiteStacks stacks) {
  if (memory.sites.empty()) return;
  out.open_array("allocation_sites");
  for (const AllocationSite& site : memory.sites) {
    out.begin_object();
    put_json_place(out, site.site);
    out.field("inuse_bytes", site.inuse_bytes);
    out.field("inuse_bytes_first", site.inuse_bytes_first);
    out.field("inuse_objects", site.inuse_objects);
    out.field("alloc_bytes", site.alloc_bytes);
    out.field("alloc_objects", site.alloc_objects);
    out.optional_field("alloc_bytes_per_s", site.alloc_bytes_per_s);
    if (stacks == SiteStacks::kKept) put_json_stack(out, "stack", site.stack);
    out.end_object();
  }
  out.end_array();
}

void put_stats(JsonWriter& out, const MemoryStats& stats) {
  out.field("heap_alloc_bytes", stats.heap_alloc_bytes);
  out.field("heap_inuse_bytes", stats.heap_inuse_bytes);
  out.field("heap_idle_bytes", stats.heap_idle_bytes);
  out.field("heap_released_bytes", stats.heap_released_bytes);
  out.field("heap_sys_bytes", stats.heap_sys_bytes);
  out.field("stack_inuse_bytes", stats.stack_inuse_bytes);
  out.field("stack_sys_bytes", stats.stack_sys_bytes);
  out.field("gc_sys_bytes", stats.gc_sys_bytes);
  out.field("other_sys_bytes", stats.other_sys_bytes);
  out.field("sys_bytes", stats.sys_bytes);
  if (stats.max_rss_bytes != 0) out.field("max_rss_bytes", stats.max_rss_bytes);
  out.field("total_alloc_bytes", stats.total_alloc_bytes);
  out.field("mallocs", stats.mallocs);
  out.field("frees", stats.frees);
  out.field("next_gc_bytes", stats.next_gc_bytes);
  out.field("num_gc", stats.num_gc);
  out.field("num_forced_gc", stats.num_forced_gc);
  out.field("gc_cpu_fraction", stats.gc_cpu_fraction);
  if (stats.last_gc != WallTime{}) out.field("last_gc", rfc3339(stats.last_gc));
  if (const auto pauses = summarize(stats.pauses)) {
    out.open_object("gc_pauses");
    out.field("count", pauses->count);
    out.field("median_ms", milliseconds_of(pauses->median));
    out.field("longest_ms", milliseconds_of(pauses->longest));
    out.end_object();
  }
}

}  // namespace

void write_json_goroutines(JsonWriter& out, const GoroutineSection& goroutines, SiteStacks stacks) {
  out.begin_object();
  out.field("total", goroutines.total);
  out.optional_field("unfiltered_total", goroutines.unfiltered_total);
  out.field("system", goroutines.system);
  out.field("level", level_name(goroutines.level));
  if (goroutines.alert) out.field("alert", true);
  put_by_state(out, goroutines);
  if (goroutines.truncated) out.field("truncated", true);
  out.optional_field("share_seen", goroutines.share_seen);
  if (!goroutines.samples.empty()) {
    out.open_array("samples");
    for (const GoroutineSamplePoint& sample : goroutines.samples) {
      out.begin_object();
      out.field("at", rfc3339(sample.at));
      out.field("total", sample.total);
      out.end_object();
    }
    out.end_array();
  }
  put_goroutine_sites(out, goroutines, stacks);
  out.end_object();
}

void write_json_memory(JsonWriter& out, const MemorySection& memory, SiteStacks stacks) {
  out.begin_object();
  out.optional_field("live_bytes", memory.live_bytes);
  if (memory.stats) put_stats(out, *memory.stats);
  out.optional_field("objects", memory.objects);
  out.field("level", level_name(memory.level));
  if (memory.alert) out.field("alert", true);
  out.field("pattern", memory_pattern_name(memory.pattern));
  out.optional_text("pattern_reason", memory.pattern_reason);
  out.optional_field("growth_bytes_per_s", memory.growth_bytes_per_s);
  out.optional_field("alloc_bytes_per_s", memory.alloc_bytes_per_s);
  out.optional_field("alloc_objects_per_s", memory.alloc_objects_per_s);
  out.optional_field("collections_per_min", memory.collections_per_min);
  if (!memory.samples.empty()) {
    out.open_array("samples");
    for (const MemorySamplePoint& sample : memory.samples) {
      out.begin_object();
      out.field("at", rfc3339(sample.at));
      out.optional_field("live_bytes", sample.live_bytes);
      out.optional_field("heap_alloc_bytes", sample.heap_alloc_bytes);
      out.optional_field("objects", sample.objects);
      out.optional_field("num_gc", sample.num_gc);
      out.end_object();
    }
    out.end_array();
  }
  put_allocation_sites(out, memory, stacks);
  out.end_object();
}

void write_json_gc(JsonWriter& out, const GcSection& gc) {
  out.begin_object();
  out.field("result", gc_result_name(gc.result));
  if (gc.result != GcResult::kUnknown) out.field("freed_percent", gc.freed_percent);
  out.field("basis", gc.basis);
  out.optional_field("baseline_bytes", gc.baseline_bytes);
  out.optional_field("before_bytes", gc.before_bytes);
  out.optional_field("before_live_bytes", gc.before_live_bytes);
  out.optional_field("final_bytes", gc.final_bytes);
  out.optional_field("allocated_bytes", gc.allocated_in_wait_bytes);
  if (!gc.groups.empty()) {
    out.open_array("groups");
    for (const GcGroup& group : gc.groups) {
      out.begin_object();
      out.field("label", group.label);
      out.optional_text("site", group.site);
      out.field("result", gc_result_name(group.result));
      out.field("freed_percent", group.freed_percent);
      out.field("baseline", group.baseline);
      out.field("before", group.before);
      out.field("final", group.final_value);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
}

}  // namespace lf::report
