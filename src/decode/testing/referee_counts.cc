#include "decode/testing/referee_counts.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "decode/testing/referee_stack.h"
#include "decode/testing/referee_text.h"

namespace lf::decode::testing {
namespace {

/// Reads "#\t0xPC\tFUNC+0xOFF\t\tFILE:LINE"; none where the line is not a frame.
std::optional<PlainFrame> read_record_frame(const std::string& line) {
  if (!line.starts_with("#\t0x")) return std::nullopt;
  const std::size_t function = line.find('\t', 2);
  if (function == std::string::npos) return std::nullopt;
  const std::size_t function_end = line.find('\t', function + 1);
  if (function_end == std::string::npos) return std::nullopt;
  std::string name = line.substr(function + 1, function_end - function - 1);
  name.resize(name.rfind("+0x"));
  const std::size_t file = line.find_first_not_of('\t', function_end);
  const std::size_t colon = line.rfind(':');
  PlainFrame frame{dump_spelling(name), line.substr(file, colon - file), 0};
  frame.line = static_cast<std::uint32_t>(whole_number(line.substr(colon + 1)).value_or(0));
  return frame;
}

/// Reads the frames and the labels below a record's line, up to the empty line.
void read_record_body(const std::vector<std::string>& lines, std::size_t& k, PlainStack& frames, PlainLabels& labels) {
  static constexpr std::string_view kLabels = "# labels: {";
  for (; k < lines.size() && !lines[k].empty(); ++k) {
    const std::string& line = lines[k];
    if (line.starts_with(kLabels) && line.ends_with('}')) {
      labels = read_labels(line.substr(kLabels.size(), line.size() - kLabels.size() - 1)).value_or(PlainLabels{});
    } else if (auto frame = read_record_frame(line)) {
      frames.push_back(std::move(*frame));
    }
  }
}

/// The numbers of "12: 3456 [78: 9012] @ …", in that order.
std::optional<PlainHeapValues> read_heap_values(const std::string& line) {
  PlainHeapValues values;
  std::istringstream in(line);
  char colon = 0, open = 0, second_colon = 0, close = 0, at = 0;
  in >> values.inuse_objects >> colon >> values.inuse_bytes >> open >> values.alloc_objects >> second_colon >>
      values.alloc_bytes >> close >> at;
  if (!in || colon != ':' || open != '[' || second_colon != ':' || close != ']' || at != '@') return std::nullopt;
  return values;
}

/// Main in its own select {}, as the leak profile of Go 1.26 shows it: two hidden frames (gopark, block) and goexit
/// besides main.main and runtime.main.
bool is_main_idling(const std::string& addresses, const PlainStack& frames) {
  std::size_t count = 0;
  for (std::size_t at = addresses.find("0x"); at != std::string::npos; at = addresses.find("0x", at + 1)) ++count;
  return count == 5 && frames.size() == 2 && frames[0].function == "main.main" && frames[1].function == "runtime.main";
}

std::vector<std::uint64_t> read_ring(const std::string& text) {
  std::vector<std::uint64_t> ring;
  std::istringstream in(text.substr(1, text.size() - 2));
  for (std::uint64_t value = 0; in >> value;) ring.push_back(value);
  return ring;
}

void read_memory_line(const std::string& line, std::map<std::string, std::uint64_t>& memory) {
  const std::size_t equals = line.find(" = ");
  if (!line.starts_with("# ") || equals == std::string::npos) return;
  const std::string name = line.substr(2, equals - 2);
  const std::string value = line.substr(equals + 3);
  if (name == "Alloc" || name == "Lookups" || name == "PauseEnd" || name == "GCCPUFraction" || name == "DebugGC")
    return;
  if (name == "Stack" || name == "MSpan" || name == "MCache") {
    const std::size_t slash = value.find(" / ");
    if (name == "Stack") memory["Stack inuse"] = whole_number(value.substr(0, slash)).value_or(0);
    memory[name + " sys"] = whole_number(value.substr(slash + 3)).value_or(0);
  } else if (name == "PauseNs") {
    std::uint64_t total = 0;
    for (const std::uint64_t pause : read_ring(value)) total += pause;
    memory["pause ns in all"] = total;
  } else {
    memory[name] = whole_number(value).value_or(0);
  }
}

}  // namespace

std::pair<std::int64_t, std::int64_t> scaled_sample(std::int64_t objects, std::int64_t bytes, std::int64_t rate_bytes) {
  if (objects == 0 || bytes == 0) return {0, 0};
  if (rate_bytes <= 1) return {objects, bytes};
  const double average = static_cast<double>(bytes) / static_cast<double>(objects);
  const double scale = 1 / (1 - std::exp(-average / static_cast<double>(rate_bytes)));
  return {static_cast<std::int64_t>(static_cast<double>(objects) * scale),
          static_cast<std::int64_t>(static_cast<double>(bytes) * scale)};
}

void add_count(PlainProfile& profile, PlainStack all, PlainLabels labels, std::int64_t count, bool leak) {
  std::erase_if(all, [](const PlainFrame& frame) { return frame.function == "runtime.goexit"; });
  // Main in its own select {} is no leak, and a record without frames says nothing (go-profiles section 5).
  if (leak && (all.empty() || (calls(all, "runtime.block") && calls(all, "runtime.main")))) return;
  PlainCountKey key{dump_frames(all), std::move(labels), "", writes_profile(all)};
  profile.counts[std::move(key)] += count;
  profile.total += static_cast<std::uint64_t>(count);
}

void mark_reader_of_our_connection(PlainProfile& profile) {
  const auto over_http1 = [](const auto& record) {
    return record.first.serves_our_request && calls(record.first.frames, "net/http.(*conn).serve");
  };
  const auto reads_ahead = [](const auto& record) {
    return record.first.frames.empty() || calls(record.first.frames, "net/http.(*connReader).backgroundRead");
  };
  std::int64_t readers = 0;
  for (const auto& record : profile.counts) readers += reads_ahead(record) ? record.second : 0;
  if (readers != 1 || std::ranges::none_of(profile.counts, over_http1)) return;
  const auto reader = std::ranges::find_if(profile.counts, reads_ahead);
  PlainCountKey key = reader->first;
  key.serves_our_request = true;
  profile.counts.erase(reader);
  profile.counts[std::move(key)] += 1;
}

PlainResult referee_counts(std::string_view text, bool leak) {
  const std::vector<std::string> lines = split_lines(text);
  PlainResult result;
  PlainProfile& profile = result.profiles.emplace_back();
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::size_t at = lines[k].find(" @");
    const auto count = whole_number(lines[k].substr(0, at));
    if (at == std::string::npos || !count) continue;
    PlainStack frames;
    PlainLabels labels;
    ++k;
    const std::string& addresses = lines[k - 1];
    read_record_body(lines, k, frames, labels);
    if (leak && is_main_idling(addresses, frames)) continue;
    add_count(profile, std::move(frames), std::move(labels), static_cast<std::int64_t>(*count), leak);
  }
  mark_reader_of_our_connection(profile);
  return result;
}

PlainResult referee_heap(std::string_view text) {
  static constexpr std::string_view kHead = "heap profile: ";
  static constexpr std::string_view kRate = "@ heap/";
  const std::vector<std::string> lines = split_lines(text);
  PlainResult result;
  PlainHeap& heap = result.heap.emplace();
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const std::string& line = lines[k];
    if (line.starts_with(kHead)) {
      // The head shows twice the rate.
      heap.rate_bytes =
          static_cast<std::int64_t>(whole_number(line.substr(line.find(kRate) + kRate.size())).value_or(0)) / 2;
    } else if (const auto raw = read_heap_values(line)) {
      PlainStack frames;
      PlainLabels labels;
      ++k;
      read_record_body(lines, k, frames, labels);
      PlainHeapValues& site = heap.sites[dump_frames(frames)];
      const auto inuse = scaled_sample(raw->inuse_objects, raw->inuse_bytes, heap.rate_bytes);
      const auto alloc = scaled_sample(raw->alloc_objects, raw->alloc_bytes, heap.rate_bytes);
      site.inuse_objects += inuse.first;
      site.inuse_bytes += inuse.second;
      site.alloc_objects += alloc.first;
      site.alloc_bytes += alloc.second;
    } else {
      read_memory_line(line, result.memory);
    }
  }
  if (!result.memory.empty()) {
    result.memory["pauses"] = std::min<std::uint64_t>(result.memory["NumGC"], 256);
    result.memory.try_emplace("MaxRSS", 0);
  }
  return result;
}

}  // namespace lf::decode::testing
