#include "decode/testing/plain_records.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/saturate.h"
#include "model/wait_state.h"

namespace lf::decode::testing {
namespace {

PlainFrame spell_out(FrameId id, const Symbols& symbols) {
  return {std::string(symbols.function(id)), std::string(symbols.file(id)), symbols.frame(id).line};
}

PlainStack spell_out(StackId id, const Symbols& symbols) {
  PlainStack stack;
  for (const FrameId frame : symbols.stack(id)) stack.push_back(spell_out(frame, symbols));
  return stack;
}

PlainLabels spell_out(LabelsId id, const Symbols& symbols) {
  PlainLabels labels;
  for (const Label& label : symbols.labels(id)) labels.emplace_back(symbols.text(label.key), symbols.text(label.value));
  return labels;
}

PlainProfile spell_out(const GoroutineProfile& profile, const Symbols& symbols) {
  PlainProfile plain;
  plain.total = profile.total;
  plain.system = profile.system;
  plain.truncated = profile.truncated;
  for (const Goroutine& goroutine : profile.goroutines) {
    PlainGoroutine& out = plain.goroutines.emplace_back();
    out.id = goroutine.id;
    out.state = wait_state_name(goroutine.state);
    out.wait_minutes = goroutine.wait_minutes;
    out.flags = goroutine.flags;
    out.labels = spell_out(goroutine.labels, symbols);
    out.frames = spell_out(goroutine.stack, symbols);
    if (goroutine.creator) out.creator = spell_out(goroutine.creator, symbols);
    const auto wait = std::ranges::lower_bound(profile.sync_waits, goroutine.id, {}, &SyncWait::goroutine_id);
    if (wait != profile.sync_waits.end() && wait->goroutine_id == goroutine.id) out.sync_address = wait->address;
  }
  for (const StackCount& count : profile.counts) {
    add_saturating(plain.counts[{spell_out(count.stack, symbols), spell_out(count.labels, symbols),
                                 std::string(wait_state_name(count.state)), count.serves_our_request}],
                   count.count);
  }
  return plain;
}

PlainHeap spell_out(const HeapProfile& heap, const Symbols& symbols) {
  PlainHeap plain;
  plain.rate_bytes = heap.rate_bytes;
  for (const HeapSample& sample : heap.samples) {
    PlainHeapValues& values = plain.sites[spell_out(sample.stack, symbols)];
    add_saturating(values.inuse_objects, sample.inuse_objects);
    add_saturating(values.inuse_bytes, sample.inuse_bytes);
    add_saturating(values.alloc_objects, sample.alloc_objects);
    add_saturating(values.alloc_bytes, sample.alloc_bytes);
  }
  return plain;
}

std::map<std::string, std::uint64_t> spell_out(const MemoryStats& memory) {
  std::uint64_t pause_total_ns = 0;
  for (const GcPause& pause : memory.pauses) pause_total_ns += pause.pause_ns;
  return {
      {"TotalAlloc", memory.total_alloc_bytes},
      {"Sys", memory.sys_bytes},
      {"Mallocs", memory.mallocs},
      {"Frees", memory.frees},
      {"HeapAlloc", memory.heap_alloc_bytes},
      {"HeapSys", memory.heap_sys_bytes},
      {"HeapIdle", memory.heap_idle_bytes},
      {"HeapInuse", memory.heap_inuse_bytes},
      {"HeapReleased", memory.heap_released_bytes},
      {"HeapObjects", memory.heap_objects},
      {"Stack inuse", memory.stack_inuse_bytes},
      {"Stack sys", memory.stack_sys_bytes},
      {"MSpan sys", memory.mspan_sys_bytes},
      {"MCache sys", memory.mcache_sys_bytes},
      {"BuckHashSys", memory.buck_hash_sys_bytes},
      {"GCSys", memory.gc_sys_bytes},
      {"OtherSys", memory.other_sys_bytes},
      {"NextGC", memory.next_gc_bytes},
      {"LastGC", static_cast<std::uint64_t>(memory.last_gc.time_since_epoch() / std::chrono::nanoseconds(1))},
      {"NumGC", memory.num_gc},
      {"NumForcedGC", memory.num_forced_gc},
      {"MaxRSS", memory.max_rss_bytes},
      {"pauses", memory.pauses.size()},
      {"pause ns in all", pause_total_ns},
  };
}

std::string words(const PlainFrame& frame) {
  return fmt::format("{} {}:{}", frame.function, frame.file, frame.line);
}

std::string words(const PlainStack& stack) {
  std::string out;
  for (const PlainFrame& frame : stack) fmt::format_to(std::back_inserter(out), "\n      {}", words(frame));
  return out;
}

std::string words(const PlainLabels& labels) {
  std::string out = "{";
  for (const auto& [key, value] : labels) fmt::format_to(std::back_inserter(out), "{}={};", key, value);
  return out + "}";
}

std::string words(const PlainGoroutine& goroutine) {
  return fmt::format("id {} state '{}' minutes {} flags {:#x} labels {} sync {:#x} creator {} frames{}", goroutine.id,
                     goroutine.state, goroutine.wait_minutes, goroutine.flags, words(goroutine.labels),
                     goroutine.sync_address.value_or(0), goroutine.creator ? words(*goroutine.creator) : "none",
                     words(goroutine.frames));
}

std::string words(const PlainCountKey& key) {
  return fmt::format("state '{}' ours {} labels {} frames{}", key.state, key.serves_our_request, words(key.labels),
                     words(key.frames));
}

std::string difference(const PlainProfile& referee, const PlainProfile& decoded) {
  for (std::size_t k = 0; k < std::max(referee.goroutines.size(), decoded.goroutines.size()); ++k) {
    if (k >= referee.goroutines.size()) return fmt::format("only decoded: {}", words(decoded.goroutines[k]));
    if (k >= decoded.goroutines.size()) return fmt::format("only the referee: {}", words(referee.goroutines[k]));
    if (referee.goroutines[k] != decoded.goroutines[k]) {
      return fmt::format("goroutine {}:\n    referee: {}\n    decoded: {}", k, words(referee.goroutines[k]),
                         words(decoded.goroutines[k]));
    }
  }
  for (const auto& [key, count] : referee.counts) {
    const auto other = decoded.counts.find(key);
    if (other == decoded.counts.end()) return fmt::format("only the referee counts {}: {}", count, words(key));
    if (other->second != count)
      return fmt::format("referee counts {}, decoded {}: {}", count, other->second, words(key));
  }
  for (const auto& [key, count] : decoded.counts) {
    if (!referee.counts.contains(key)) return fmt::format("only decoded counts {}: {}", count, words(key));
  }
  if (referee == decoded) return "";
  return fmt::format("totals: referee {} + {} system, truncated {}; decoded {} + {}, {}", referee.total, referee.system,
                     referee.truncated, decoded.total, decoded.system, decoded.truncated);
}

std::string difference(const PlainHeap& referee, const PlainHeap& decoded) {
  if (referee.rate_bytes != decoded.rate_bytes)
    return fmt::format("heap rate: {} and {}", referee.rate_bytes, decoded.rate_bytes);
  const auto values = [](const PlainHeapValues& v) {
    return fmt::format("{}: {} [{}: {}]", v.inuse_objects, v.inuse_bytes, v.alloc_objects, v.alloc_bytes);
  };
  for (const auto& [stack, expected] : referee.sites) {
    const auto other = decoded.sites.find(stack);
    if (other == decoded.sites.end())
      return fmt::format("only the referee has {} at{}", values(expected), words(stack));
    if (other->second != expected)
      return fmt::format("referee {}, decoded {} at{}", values(expected), values(other->second), words(stack));
  }
  for (const auto& [stack, found] : decoded.sites) {
    if (!referee.sites.contains(stack)) return fmt::format("only decoded has {} at{}", values(found), words(stack));
  }
  return "";
}

}  // namespace

PlainResult spell_out(const Decoded& decoded, const Symbols& symbols) {
  PlainResult plain;
  for (const GoroutineProfile& profile : decoded.goroutine_profiles)
    plain.profiles.push_back(spell_out(profile, symbols));
  if (decoded.heap) plain.heap = spell_out(*decoded.heap, symbols);
  if (decoded.memory) plain.memory = spell_out(*decoded.memory);
  plain.cause = decoded.cause.raw();
  return plain;
}

std::string first_difference(const PlainResult& referee, const PlainResult& decoded) {
  if (referee == decoded) return "";
  if (referee.profiles.size() != decoded.profiles.size()) {
    return fmt::format("dumps: referee {}, decoded {}", referee.profiles.size(), decoded.profiles.size());
  }
  for (std::size_t k = 0; k < referee.profiles.size(); ++k) {
    std::string found = difference(referee.profiles[k], decoded.profiles[k]);
    if (!found.empty()) return fmt::format("dump {}: {}", k, found);
  }
  if (referee.heap.has_value() != decoded.heap.has_value()) return "only one of the two has a heap";
  if (referee.heap) {
    std::string found = difference(*referee.heap, *decoded.heap);
    if (!found.empty()) return found;
  }
  for (const auto& [name, value] : referee.memory) {
    const auto other = decoded.memory.find(name);
    if (other == decoded.memory.end()) return fmt::format("only the referee has {} = {}", name, value);
    if (other->second != value) return fmt::format("{}: referee {}, decoded {}", name, value, other->second);
  }
  if (referee.cause != decoded.cause)
    return fmt::format("cause: referee '{}', decoded '{}'", referee.cause, decoded.cause);
  return "they differ in what has no words";
}

}  // namespace lf::decode::testing
