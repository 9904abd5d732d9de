#include <algorithm>

#include "base/format.h"
#include "report/gc_pauses.h"
#include "report/numbers.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace lf::report {
namespace {

constexpr int kNameColumns = 25;

/// A name and its figure: "  heap idle             4.0 MiB (3.1 MiB given back)".
void put_figure(TextPage& page, std::string_view name, OutText figure) {
  Line line = Line("  ").add(name, Tint::kDim);
  page.paragraph(line.pad_to(kNameColumns, 1), figure);
}

std::string milliseconds_text(std::chrono::nanoseconds duration) {
  return format("{} ms", decimal_in_words(static_cast<double>(duration.count()) / 1e6));
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "0 %";
  return format("{} %", decimal_in_words(static_cast<double>(part) * 100 / static_cast<double>(whole)));
}

void put_collector(TextPage& page, const MemorySection& memory) {
  const MemoryStats& stats = *memory.stats;
  std::string rate = count_of(stats.num_gc, "collection");
  if (stats.num_forced_gc > 0) rate += format(", {} forced", with_commas(stats.num_forced_gc));
  if (memory.collections_per_min) rate += format(", {}/min now", decimal_in_words(*memory.collections_per_min));
  put_figure(page, "GC", rate);
  put_figure(page, "",
             format("{} % of the processor time since the start, next at {}",
                    decimal_in_words(stats.gc_cpu_fraction * 100), bytes_in_words(stats.next_gc_bytes)));
  if (const auto pauses = summarize(stats.pauses)) {
    put_figure(page, "GC pauses",
               format("median {}, longest {} of the last {}", milliseconds_text(pauses->median),
                      milliseconds_text(pauses->longest), with_commas(pauses->count)));
  }
}

void put_heap(TextPage& page, const MemorySection& memory) {
  const MemoryStats& stats = *memory.stats;
  if (memory.live_bytes) put_figure(page, "live after collection", bytes_in_words(*memory.live_bytes));
  put_figure(page, "allocated", format("{} with garbage", bytes_in_words(stats.heap_alloc_bytes)));
  const std::uint64_t unused =
      stats.heap_inuse_bytes > stats.heap_alloc_bytes ? stats.heap_inuse_bytes - stats.heap_alloc_bytes : 0;
  put_figure(page, "spans in use",
             format("{}, of it {} empty slots (fragmentation {})", bytes_in_words(stats.heap_inuse_bytes),
                    bytes_in_words(unused), share_text(unused, stats.heap_inuse_bytes)));
  put_figure(page, "spans idle",
             format("{}, of it {} given back to the system", bytes_in_words(stats.heap_idle_bytes),
                    bytes_in_words(stats.heap_released_bytes)));
  put_figure(page, "objects",
             format("{} live, {} allocated and {} freed since the start",
                    with_commas(memory.objects.value_or(stats.heap_objects)), with_commas(stats.mallocs),
                    with_commas(stats.frees)));
}

void put_outside_the_heap(TextPage& page, const MemoryStats& stats) {
  put_figure(page, "stacks", format("{} in use", bytes_in_words(stats.stack_inuse_bytes)));
  put_figure(page, "the runtime's own",
             format("{} collector, {} spans and caches, {} profiling, {} other", bytes_in_words(stats.gc_sys_bytes),
                    bytes_in_words(stats.mspan_sys_bytes + stats.mcache_sys_bytes),
                    bytes_in_words(stats.buck_hash_sys_bytes), bytes_in_words(stats.other_sys_bytes)));
  put_figure(page, "from the system", bytes_in_words(stats.sys_bytes));
  if (stats.max_rss_bytes == 0) return;
  std::string high_water = format("{} at most so far", bytes_in_words(stats.max_rss_bytes));
  // More than Go ever took is memory that Go does not know: C libraries, mapped files, the binary itself.
  if (stats.max_rss_bytes > stats.sys_bytes) {
    high_water += format(", {} more than Go has from the system: C code, mapped files, the program itself",
                         bytes_in_words(stats.max_rss_bytes - stats.sys_bytes));
  }
  put_figure(page, "resident", high_water);
}

void put_samples(TextPage& page, const MemorySection& memory) {
  if (memory.samples.size() < 2) return;
  page.blank();
  page.line("Samples", Tint::kBold);
  Table table(2, {{"at (UTC)"},
                  {"live", Align::kRight},
                  {"allocated", Align::kRight},
                  {"objects", Align::kRight},
                  {"collections", Align::kRight}});
  const auto bytes = [](const std::optional<std::uint64_t>& value) {
    return value ? bytes_in_words(*value) : std::string();
  };
  const auto number = [](const std::optional<std::uint64_t>& value) {
    return value ? with_commas(*value) : std::string();
  };
  const std::size_t most = std::max<std::size_t>(2, page.style().top);
  const std::size_t first = memory.samples.size() > most ? memory.samples.size() - most : 0;
  for (std::size_t i = first; i < memory.samples.size(); ++i) {
    const MemorySamplePoint& sample = memory.samples[i];
    table.row({time_of_day(sample.at), bytes(sample.live_bytes), bytes(sample.heap_alloc_bytes), number(sample.objects),
               number(sample.num_gc)});
  }
  table.write(page);
  if (first > 0) {
    page.line(
        Line("  ").add(format("{} {} before (-top)", page.signs().ellipsis, count_of(first, "sample")), Tint::kDim));
  }
}

}  // namespace

void put_memory_depth(TextPage& page, const Report& report) {
  if (!report.memory) return;
  const MemorySection& memory = *report.memory;
  if (memory.stats) {
    page.blank();
    page.line("Memory in depth", Tint::kBold);
    put_heap(page, memory);
    if (memory.alloc_bytes_per_s) {
      std::string rate = byte_rate_in_words(*memory.alloc_bytes_per_s);
      if (memory.alloc_objects_per_s) rate += format(", {} objects/s", decimal_in_words(*memory.alloc_objects_per_s));
      put_figure(page, "allocation rate", rate);
    }
    put_collector(page, memory);
    put_outside_the_heap(page, *memory.stats);
  }
  put_samples(page, memory);
}

}  // namespace lf::report
