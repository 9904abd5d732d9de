#include "decode/testing/generated_profile.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lf::decode::testing {
namespace {

// profile.proto as runtime/pprof/proto.go (Go 1.27) writes it; numbers are field numbers.
//
//   Profile   1 sample_type  2 sample  3 mapping  4 location  5 function  6 string_table  9 time_nanos  11 period_type
//   12 period ValueType 1 type  2 unit            Sample   1 location_id (packed)  2 value (packed)  3 label Label 1
//   key  2 str  3 num       Mapping  1 id  2 start  3 limit  4 offset  5 filename  6 build_id  7 has_functions Location
//   1 id  2 mapping_id  3 address  4 line     Line  1 function_id  2 line Function  1 id  2 name  3 system_name  4
//   filename  5 start_line

class Message {
 public:
  void add_varint(unsigned field, std::uint64_t value) {
    append_varint(field << 3);
    append_varint(value);
  }
  void add_if_set(unsigned field, std::uint64_t value) {
    if (value != 0) add_varint(field, value);
  }
  void add_bytes(unsigned field, std::string_view value) {
    append_varint(field << 3 | 2);
    append_varint(value.size());
    bytes_ += value;
  }
  void add_packed(unsigned field, std::span<const std::uint64_t> values) {
    Message packed;
    for (const std::uint64_t value : values) packed.append_varint(value);
    add_bytes(field, packed.bytes());
  }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  void append_varint(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

/// Collects what a profile refers to and writes it in the runtime's order: a sample's new locations just before it.
class ProfileWriter {
 public:
  ProfileWriter() { text(""); }

  std::uint64_t text(std::string_view value) {
    const auto [at, inserted] = texts_.try_emplace(std::string(value), texts_.size());
    if (inserted) order_.push_back(&at->first);
    return at->second;
  }

  void add_value_type(unsigned field, std::string_view type, std::string_view unit) {
    Message message;
    message.add_if_set(1, text(type));
    message.add_if_set(2, text(unit));
    profile_.add_bytes(field, message.bytes());
  }

  void add_varint(unsigned field, std::uint64_t value) { profile_.add_varint(field, value); }
  void add_sample(const Message& sample) { profile_.add_bytes(2, sample.bytes()); }

  /// Returns the ids of the stack's locations, leaf first, having written the new ones. An inlined frame shares the
  /// location of the frame that it was inlined into: the next one that is not.
  std::vector<std::uint64_t> locations(const StackPattern& pattern, bool with_runtime_leaf) {
    std::vector<std::uint64_t> ids;
    std::vector<FramePattern> lines;
    if (with_runtime_leaf) {
      for (const std::string& name : pattern.runtime_leaf) {
        FramePattern leaf;
        leaf.function = name;
        leaf.file = "/usr/local/go/src/runtime/proc.go";
        leaf.line = 462;
        ids.push_back(location({leaf}));
      }
    }
    for (const FramePattern& frame : pattern.frames) {
      lines.push_back(frame);
      if (frame.inlined) continue;
      ids.push_back(location(lines));
      lines.clear();
    }
    if (!lines.empty()) ids.push_back(location(lines));
    return ids;
  }

  std::string finish() {
    profile_.add_varint(9, 1'790'000'000'000'000'000);
    Message mapping;
    mapping.add_varint(1, 1);
    mapping.add_varint(2, 0x400000);
    mapping.add_varint(3, 0x4400000);
    mapping.add_varint(5, text("/usr/bin/storefront"));
    mapping.add_varint(6, text("53fe2cbb9c1d6a9d1a7b8b1bb3d2a5c01f2e3d4c"));
    mapping.add_varint(7, 1);
    profile_.add_bytes(3, mapping.bytes());
    for (const std::string* value : order_) profile_.add_bytes(6, *value);
    return profile_.take();
  }

 private:
  std::uint64_t function(const FramePattern& frame) {
    const auto [at, inserted] = functions_.try_emplace(frame.function, functions_.size() + 1);
    if (inserted) {
      Message message;
      message.add_varint(1, at->second);
      message.add_varint(2, text(frame.function));
      message.add_varint(3, text(frame.function));
      message.add_varint(4, text(frame.file));
      message.add_varint(5, frame.line > 20 ? frame.line - 20 : 1);
      profile_.add_bytes(5, message.bytes());
    }
    return at->second;
  }

  std::uint64_t location(const std::vector<FramePattern>& lines) {
    std::string key;
    for (const FramePattern& line : lines) fmt::format_to(std::back_inserter(key), "{}:{}\n", line.function, line.line);
    const auto [at, inserted] = locations_.try_emplace(std::move(key), locations_.size() + 1);
    if (inserted) {
      Message message;
      message.add_varint(1, at->second);
      message.add_varint(2, 1);
      message.add_varint(3, 0x401000 + at->second * 0x40);
      for (const FramePattern& frame : lines) {
        Message line;
        line.add_varint(1, function(frame));
        line.add_varint(2, frame.line);
        message.add_bytes(4, line.bytes());
      }
      profile_.add_bytes(4, message.bytes());
    }
    return at->second;
  }

  Message profile_;
  std::map<std::string, std::uint64_t> texts_;
  std::vector<const std::string*> order_;
  std::map<std::string, std::uint64_t> functions_;
  std::map<std::string, std::uint64_t> locations_;
};

struct HeapRecord {
  std::uint64_t size, inuse_objects, alloc_objects;
};

HeapRecord draw_record(Random& random) {
  static constexpr std::uint64_t kSizes[] = {16, 32, 48, 64, 96, 128, 256, 512, 1024, 4096, 8192, 65536, 1048576};
  const std::uint64_t alloc = 1 + random.below(40);
  return {kSizes[random.below(std::size(kSizes))], random.percent(70) ? random.below(alloc + 1) : 0, alloc};
}

/// Stacks that allocate: without what goroutines wait in.
std::vector<StackPattern> heap_stacks(const HeapShape& shape, Random& random) {
  std::vector<StackPattern> stacks = make_stack_patterns(
      {.stacks = shape.samples, .frames_min = shape.frames_min, .frames_max = shape.frames_max}, random);
  for (StackPattern& stack : stacks) {
    const auto of_program = [](const FramePattern& frame) { return !frame.file.starts_with("/usr/local/go/"); };
    stack.frames.erase(stack.frames.begin(), std::ranges::find_if(stack.frames, of_program));
  }
  return stacks;
}

constexpr double kRate = 512 * 1024;

/// How the runtime scales what it sampled (runtime/pprof/protomem.go, scaleHeapSample).
std::uint64_t scale(std::uint64_t value, std::uint64_t size) {
  return static_cast<std::uint64_t>(static_cast<double>(value) / (1 - std::exp(-static_cast<double>(size) / kRate)));
}

}  // namespace

std::string generate_goroutine_profile(const DumpShape& shape) {
  Random random(shape.seed);
  const std::vector<StackPattern> patterns = make_stack_patterns(shape.stacks, random);
  std::vector<std::uint64_t> counts(patterns.size());
  for (const std::uint32_t stack : draw_stacks(shape.goroutines, patterns.size(), random)) ++counts[stack];
  ProfileWriter writer;
  writer.add_value_type(11, "goroutine", "count");
  writer.add_varint(12, 1);
  writer.add_value_type(1, "goroutine", "count");
  for (std::size_t k = 0; k < patterns.size(); ++k) {
    if (counts[k] == 0) continue;
    Message sample;
    sample.add_packed(1, writer.locations(patterns[k], true));
    sample.add_packed(2, std::span(&counts[k], 1));
    if ((shape.forms.labels_after || shape.forms.labels_inside) && random.percent(shape.forms.percent)) {
      Message label;
      label.add_varint(1, writer.text("route"));
      label.add_varint(2, writer.text("/v1/users"));
      sample.add_bytes(3, label.bytes());
    }
    writer.add_sample(sample);
  }
  return writer.finish();
}

std::string generate_heap_profile(const HeapShape& shape) {
  Random random(shape.seed);
  const std::vector<StackPattern> stacks = heap_stacks(shape, random);
  ProfileWriter writer;
  writer.add_value_type(11, "space", "bytes");
  writer.add_varint(12, static_cast<std::uint64_t>(kRate));
  writer.add_value_type(1, "alloc_objects", "count");
  writer.add_value_type(1, "alloc_space", "bytes");
  writer.add_value_type(1, "inuse_objects", "count");
  writer.add_value_type(1, "inuse_space", "bytes");
  for (const StackPattern& stack : stacks) {
    const HeapRecord record = draw_record(random);
    const std::uint64_t values[] = {
        scale(record.alloc_objects, record.size), scale(record.alloc_objects * record.size, record.size),
        scale(record.inuse_objects, record.size), scale(record.inuse_objects * record.size, record.size)};
    Message sample;
    sample.add_packed(1, writer.locations(stack, false));
    sample.add_packed(2, values);
    Message label;
    label.add_varint(1, writer.text("bytes"));
    label.add_varint(3, record.size);
    sample.add_bytes(3, label.bytes());
    writer.add_sample(sample);
  }
  return writer.finish();
}

void generate_heap_debug1(const HeapShape& shape, const TextSink& sink) {
  Random random(shape.seed);
  const std::vector<StackPattern> stacks = heap_stacks(shape, random);
  std::vector<std::pair<HeapRecord, const StackPattern*>> records;
  HeapRecord total{0, 0, 0};
  std::uint64_t inuse_bytes = 0;
  std::uint64_t alloc_bytes = 0;
  for (const StackPattern& stack : stacks) {
    const HeapRecord record = draw_record(random);
    total.inuse_objects += record.inuse_objects;
    total.alloc_objects += record.alloc_objects;
    inuse_bytes += record.inuse_objects * record.size;
    alloc_bytes += record.alloc_objects * record.size;
    records.emplace_back(record, &stack);
  }
  const auto bytes_in_use = [](const auto& entry) { return entry.first.inuse_objects * entry.first.size; };
  std::ranges::stable_sort(records, std::less<>(), bytes_in_use);
  sink(fmt::format("heap profile: {}: {} [{}: {}] @ heap/1048576\n", total.inuse_objects, inuse_bytes,
                   total.alloc_objects, alloc_bytes));
  for (const auto& [record, stack] : records) {
    std::string out = fmt::format("{}: {} [{}: {}] @", record.inuse_objects, record.inuse_objects * record.size,
                                  record.alloc_objects, record.alloc_objects * record.size);
    auto at = std::back_inserter(out);
    for (std::size_t k = 0; k < stack->frames.size(); ++k)
      fmt::format_to(at, " 0x{:x}", stack->text_address + 0x40 * k + 1);
    out += '\n';
    for (std::size_t k = 0; k < stack->frames.size(); ++k) {
      const FramePattern& frame = stack->frames[k];
      fmt::format_to(at, "#\t0x{:x}\t{}+0x{:x}\t{}:{}\n", stack->text_address + 0x40 * k, frame.function, frame.offset,
                     frame.file, frame.line);
    }
    out += '\n';
    sink(out);
  }
  std::string zeros = "[0";
  for (int k = 1; k < 256; ++k) zeros += " 0";
  zeros += ']';
  sink(fmt::format(
      "\n# runtime.MemStats\n# Alloc = {0}\n# TotalAlloc = {1}\n# Sys = {2}\n# Lookups = 0\n# Mallocs = {3}\n# Frees = "
      "{4}\n"
      "# HeapAlloc = {0}\n# HeapSys = {2}\n# HeapIdle = 1843200\n# HeapInuse = {5}\n# HeapReleased = 1204224\n"
      "# HeapObjects = {6}\n# Stack = 1048576 / 1048576\n# MSpan = 120000 / 130560\n# MCache = 2400 / 15600\n"
      "# BuckHashSys = 7321\n# GCSys = 3276800\n# OtherSys = 1092000\n# NextGC = {7}\n# LastGC = 1790000000000000000\n"
      "# PauseNs = {8}\n# PauseEnd = {8}\n# NumGC = 41\n# NumForcedGC = 2\n# GCCPUFraction = 0.0012\n# DebugGC = "
      "false\n"
      "# MaxRSS = {9}\n",
      inuse_bytes + 300000, alloc_bytes + 900000, inuse_bytes + 9000000, total.alloc_objects + 5000,
      total.alloc_objects - total.inuse_objects + 4000, inuse_bytes + 500000, total.inuse_objects + 1000,
      2 * inuse_bytes + 600000, zeros, inuse_bytes + 20000000));
}

}  // namespace lf::decode::testing
