#include "decode/testing/generated_dump.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>
#include <string>

#include <fmt/format.h>

namespace lf::decode::testing {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

void append_argument(std::string& out, ArgumentKind kind, Random& random) {
  const std::uint64_t drawn = random.next();
  const std::uint64_t pointer = 0xc000000000 + (drawn & 0x3fffffff8);
  auto at = std::back_inserter(out);
  switch (kind) {
    case ArgumentKind::kPointer:
      fmt::format_to(at, "0x{:x}", pointer);
      break;
    case ArgumentKind::kStalePointer:
      fmt::format_to(at, "0x{:x}?", pointer);
      break;
    case ArgumentKind::kSmall:
      fmt::format_to(at, "0x{:x}", drawn % 300);
      break;
    case ArgumentKind::kString:
      fmt::format_to(at, "{{0x{:x}, 0x{:x}}}", pointer, drawn % 60);
      break;
    case ArgumentKind::kSlice:
      fmt::format_to(at, "{{0x{:x}, 0x{:x}, 0x{:x}}}", pointer, drawn % 4096, 4096);
      break;
    case ArgumentKind::kInterface:
      fmt::format_to(at, "{{0x{:x}, 0x{:x}}}", 0xbd0000 + (drawn % 400) * 0x20, pointer);
      break;
    case ArgumentKind::kUnknown:
      out += '_';
      break;
  }
}

void append_file_line(std::string& out, const FramePattern& frame, bool crash, Random& random) {
  auto at = std::back_inserter(out);
  fmt::format_to(at, "\t{}:{}", frame.file, frame.line);
  if (!frame.inlined) fmt::format_to(at, " +0x{:x}", frame.offset);
  if (crash && !frame.inlined) {
    const std::uint64_t stack = 0xc000000000 + (random.next() & 0xffffff8);
    fmt::format_to(at, " fp=0x{:x} sp=0x{:x} pc=0x{:x}", stack + 0x40, stack, 0x480000 + frame.offset);
  }
  out += '\n';
}

void append_frame(std::string& out, const FramePattern& frame, bool crash, Random& random) {
  out += frame.function;
  if (frame.inlined) {
    out += "(...)\n";
  } else {
    out += '(';
    for (std::size_t k = 0; k < frame.arguments.size(); ++k) {
      if (k > 0) out += ", ";
      append_argument(out, frame.arguments[k], random);
    }
    out += ")\n";
  }
  append_file_line(out, frame, crash, random);
}

void append_creator(std::string& out, const FramePattern& creator, std::uint64_t parent, Random& random) {
  out += "created by ";
  out += creator.function;
  if (parent != 0) fmt::format_to(std::back_inserter(out), " in goroutine {}", parent);
  out += '\n';
  append_file_line(out, creator, false, random);
}

/// Which forms one goroutine shows: the shape's, each drawn.
DumpForms draw_forms(const DumpForms& allowed, Random& random) {
  DumpForms drawn;
  drawn.crash_header = allowed.crash_header;  // a property of the whole dump
  drawn.without_parent = allowed.without_parent;
  drawn.synctest = allowed.synctest && random.percent(allowed.percent);
  drawn.labels_inside = allowed.labels_inside && random.percent(allowed.percent);
  drawn.labels_after = allowed.labels_after && !drawn.labels_inside && random.percent(allowed.percent);
  drawn.leaked = allowed.leaked && random.percent(allowed.percent);
  drawn.elided = allowed.elided && random.percent(allowed.percent);
  drawn.ancestors = allowed.ancestors && random.percent(allowed.percent);
  drawn.stack_unavailable = allowed.stack_unavailable && random.percent(allowed.percent);
  return drawn;
}

constexpr std::array<std::string_view, 4> kLabelsInside{R"( labels:{"route": "/v1/users"})", R"( labels:{"a": "b"})",
                                                        R"( labels:{"route": "/v1/users", "we ird": "a\"b,c:d}]:"})",
                                                        R"( labels:{"empty": "", "tenant": "x]y"})"};
constexpr std::array<std::string_view, 4> kLabelsAfter{" {route: /v1/users}", " {a: b}",
                                                       R"( {route: /v1/users, tenant: "x]y", "we ird": "a\"b,c:d}"})",
                                                       " {empty: , tenant: acme}"};

void append_header(std::string& out, std::uint64_t id, const StackPattern& pattern, const DumpForms& forms,
                   Random& random) {
  auto at = std::back_inserter(out);
  fmt::format_to(at, "goroutine {}", id);
  if (forms.crash_header) fmt::format_to(at, " gp=0x{:x} m=nil", 0xc000000000 + (id << 8));
  fmt::format_to(at, " [{}", pattern.state);
  const bool parked = pattern.state != "runnable";
  if (forms.leaked && parked) out += " (leaked)";
  if (parked && !forms.leaked && random.percent(60)) fmt::format_to(at, ", {} minutes", 1 + random.below(400));
  if (random.percent(1)) out += ", locked to thread";
  if (forms.synctest) fmt::format_to(at, ", synctest bubble {}", 1 + random.below(9));
  if (forms.labels_inside) out += kLabelsInside[random.below(kLabelsInside.size())];
  out += ']';
  if (forms.labels_after) out += kLabelsAfter[random.below(kLabelsAfter.size())];
  out += ":\n";
}

void append_block(std::string& out, std::uint64_t id, std::uint64_t parent, const StackPattern& pattern,
                  const DumpForms& forms, Random& random) {
  append_header(out, id, pattern, forms, random);
  if (forms.stack_unavailable) {
    out += "\tgoroutine running on other thread; stack unavailable\n";
  } else {
    const std::size_t middle = pattern.frames.size() / 2;
    for (std::size_t k = 0; k < pattern.frames.size(); ++k) {
      if (forms.elided && k == middle)
        fmt::format_to(std::back_inserter(out), "...{} frames elided...\n", 1 + random.below(9000));
      append_frame(out, pattern.frames[k], forms.crash_header, random);
    }
  }
  if (!pattern.creator.function.empty())
    append_creator(out, pattern.creator, forms.without_parent ? 0 : parent, random);
  if (forms.ancestors) {
    fmt::format_to(std::back_inserter(out), "[originating from goroutine {}]:\n", parent);
    out += "main.serve(...)\n\t/home/build/service/cmd/service/main.go:41 +0x5d\n";
    out += "created by main.main\n\t/home/build/service/cmd/service/main.go:17 +0x2b\n";
  }
}

void append_debug1_record(std::string& out, std::size_t count, const StackPattern& pattern, std::string_view labels,
                          Random& random) {
  auto at = std::back_inserter(out);
  fmt::format_to(at, "{} @", count);
  for (std::size_t k = 0; k < pattern.runtime_leaf.size(); ++k) fmt::format_to(at, " 0x{:x}", 0x410000 + 0x100 * k);
  for (std::size_t k = 0; k < pattern.frames.size(); ++k)
    fmt::format_to(at, " 0x{:x}", pattern.text_address + 0x40 * k + 1);
  out += " 0x48d8a1\n";
  if (!labels.empty()) fmt::format_to(at, "# labels: {}\n", labels);
  for (std::size_t k = 0; k < pattern.frames.size(); ++k) {
    const FramePattern& frame = pattern.frames[k];
    fmt::format_to(at, "#\t0x{:x}\t{}+0x{:x}{:\t>{}}{}:{}\n", pattern.text_address + 0x40 * k, frame.function,
                   frame.offset, "", 1 + random.below(4), frame.file, frame.line);
  }
  out += '\n';
}

}  // namespace

std::vector<std::uint32_t> draw_stacks(std::size_t goroutines, std::size_t stacks, Random& random) {
  std::vector<std::uint32_t> drawn(goroutines);
  for (std::size_t k = 0; k < goroutines; ++k) {
    if (k < stacks) {
      drawn[k] = static_cast<std::uint32_t>(k);
      continue;
    }
    const double unit = static_cast<double>(random.below(1U << 30)) / static_cast<double>(1U << 30);
    drawn[k] = static_cast<std::uint32_t>(static_cast<double>(stacks) * unit * unit * unit);
  }
  for (std::size_t k = goroutines; k > 1; --k) std::swap(drawn[k - 1], drawn[random.below(k)]);
  return drawn;
}

void generate_debug2(const DumpShape& shape, const TextSink& sink) {
  Random random(shape.seed);
  const std::vector<StackPattern> patterns = make_stack_patterns(shape.stacks, random);
  const std::vector<std::uint32_t> stack_of = draw_stacks(shape.goroutines, patterns.size(), random);
  std::string out;
  for (std::size_t k = 0; k < stack_of.size(); ++k) {
    if (k > 0) out += '\n';
    const std::uint64_t id = 18 + (k ^ 16) * 3;  // each P takes ids in batches of 16: the order of allgs jumps
    const std::uint64_t parent = shape.one_parent ? 1 : 1 + random.below(id);
    append_block(out, id, parent, patterns[stack_of[k]], draw_forms(shape.forms, random), random);
    if (out.size() >= kPiece) {
      sink(out);
      out.clear();
    }
  }
  if (!out.empty()) sink(out);
}

void generate_debug1(const DumpShape& shape, const TextSink& sink) {
  Random random(shape.seed);
  const std::vector<StackPattern> patterns = make_stack_patterns(shape.stacks, random);
  std::vector<std::size_t> counts(patterns.size());
  for (const std::uint32_t stack : draw_stacks(shape.goroutines, patterns.size(), random)) ++counts[stack];
  std::vector<std::size_t> order(patterns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return counts[left] > counts[right]; });
  std::string out = fmt::format("goroutine profile: total {}\n", shape.goroutines);
  for (const std::size_t stack : order) {
    if (counts[stack] == 0) continue;
    const bool labelled =
        (shape.forms.labels_after || shape.forms.labels_inside) && random.percent(shape.forms.percent);
    append_debug1_record(out, counts[stack], patterns[stack],
                         labelled ? R"({"route":"/v1/users", "we ird":"a\"b,c:d}"})" : "", random);
    if (out.size() >= kPiece) {
      sink(out);
      out.clear();
    }
  }
  if (!out.empty()) sink(out);
}

}  // namespace lf::decode::testing
