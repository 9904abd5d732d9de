#include "decode/pprof_tables.h"

#include <algorithm>
#include <utility>

namespace lf::decode {
namespace {

/// Bounds on each table; a large service has a hundred thousand functions.
constexpr std::size_t kMostEntries = 4'000'000;
/// Bytes of a profile for each string, function or line, and how many are set aside at most.
constexpr std::size_t kBytesAnEntry = 64;
constexpr std::size_t kMostReserved = 1 << 18;
/// Deeper inlining does not occur; a bound keeps small samples from expanding to endless stacks.
constexpr std::size_t kMostLinesOfALocation = 1'000;

std::uint32_t capped(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
}

}  // namespace

void PprofIds::add(std::uint64_t id, std::uint32_t entry) {
  if (find(id) != kAbsent) return;
  if (id <= 2ULL * entry + 4096) {
    if (id >= dense_.size()) dense_.resize(std::max<std::size_t>(id + 1, dense_.size() * 3 / 2), kAbsent);
    dense_[id] = entry;
  } else {
    sparse_.emplace(id, entry);
  }
}

std::uint32_t PprofIds::find_sparse(std::uint64_t id) const {
  const auto found = sparse_.find(id);
  return found == sparse_.end() ? kAbsent : found->second;
}

PprofTables::PprofTables(const WireReader& reader, std::size_t body_bytes, Warnings& warnings)
    : body_(reader), warnings_(warnings) {
  // A guess from profiles of the runtime. What is set aside and not used costs nothing, growing does.
  const std::size_t entries = std::min(body_bytes / kBytesAnEntry, kMostReserved);
  strings_.reserve(entries);
  functions_.reserve(entries);
  lines_.reserve(entries);
  line_functions_.reserve(entries);
  location_starts_.reserve(entries);
}

bool PprofTables::has_room(std::size_t used) {
  if (used < kMostEntries) return true;
  warn(WarningCode::kLimitReached);
  return false;
}

std::uint32_t PprofTables::to_line(std::uint64_t value) {
  if (value <= UINT32_MAX) return static_cast<std::uint32_t>(value);
  warn(WarningCode::kNumberOutOfRange);
  return static_cast<std::int64_t>(value) < 0 ? 0 : UINT32_MAX;
}

void PprofTables::add_string(std::string_view text) {
  if (has_room(strings_.size())) strings_.push_back(text);
}

void PprofTables::add_function(std::span<const std::byte> message) {
  if (!has_room(functions_.size())) return;
  Function function;
  std::uint64_t id = 0;
  WireReader reader(message);
  WireField field;
  while (reader.next(field)) {
    if (field.type != WireType::kVarint) continue;
    if (field.number == 1) id = field.number_value;
    if (field.number == 2) function.name = capped(field.number_value);
    if (field.number == 4) function.file = capped(field.number_value);
    if (field.number == 5) function.start_line = capped(field.number_value);
  }
  if (reader.end() != WireEnd::kClean) return warn(WarningCode::kMalformedField);
  function_ids_.add(id, static_cast<std::uint32_t>(functions_.size()));
  functions_.push_back(function);
}

void PprofTables::add_location(std::span<const std::byte> message) {
  if (!has_room(std::max(location_starts_.size(), lines_.size()))) return;
  const std::size_t first = lines_.size();
  std::uint64_t id = 0;
  WireReader reader(message);
  WireField field;
  bool clean = true;
  while (reader.next(field)) {
    if (field.number == 1 && field.type == WireType::kVarint) id = field.number_value;
    if (field.number != 4 || field.type != WireType::kBytes) continue;
    if (lines_.size() - first >= kMostLinesOfALocation) {
      warn(WarningCode::kLimitReached);
      continue;
    }
    WireReader line_reader(field.bytes);
    WireField part;
    PprofLine line;
    std::uint64_t function = 0;
    while (line_reader.next(part)) {
      if (part.type != WireType::kVarint) continue;
      if (part.number == 1) function = part.number_value;
      if (part.number == 2) line.line = to_line(part.number_value);
    }
    clean = clean && line_reader.end() == WireEnd::kClean;
    lines_.push_back(line);
    line_functions_.push_back(function);
  }
  if (!clean || reader.end() != WireEnd::kClean) {
    lines_.resize(first);
    line_functions_.resize(first);
    return warn(WarningCode::kMalformedField);
  }
  location_ids_.add(id, static_cast<std::uint32_t>(location_starts_.size() - 1));
  location_starts_.push_back(static_cast<std::uint32_t>(lines_.size()));
}

std::string_view PprofTables::string(std::uint64_t index) {
  if (index < strings_.size()) [[likely]]
    return strings_[index];
  if (index != 0) warn(WarningCode::kMalformedField);
  return {};
}

StringId PprofTables::string_id(std::uint64_t index, Symbols& symbols) {
  if (index >= strings_.size()) return symbols.intern(string(index));
  if (string_ids_.size() != strings_.size()) string_ids_.resize(strings_.size());
  StringId& known = string_ids_[index];
  if (!known && !strings_[index].empty()) known = symbols.intern(strings_[index]);
  return known;
}

void PprofTables::resolve(Symbols& symbols) {
  for (const Function& function : functions_) {
    if (!go_version_.empty()) break;
    if (string(function.name).starts_with("runtime.")) go_version_ = go_version_in_path(string(function.file));
  }
  const bool pairs = prints_type_argument_pairs(go_version_);
  std::string scratch;
  for (Function& function : functions_) {
    const std::string_view name = string(function.name);
    function.traits = frame_traits(name, string(function.file));
    function.raw_name = function.name;
    function.name = symbols.intern(debug2_spelling(name, pairs, scratch)).value;
    function.file = string_id(function.file, symbols).value;
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    PprofLine& line = lines_[i];
    const std::uint32_t entry = function_ids_.find(line_functions_[i]);
    if (entry == PprofIds::kAbsent || functions_[entry].name == 0) continue;
    const Function& function = functions_[entry];
    line.function = entry;
    line.traits = function.traits;
    line.frame = symbols.intern(Frame{{function.name}, {function.file}, line.line});
  }
  line_functions_ = {};
}

bool PprofTables::tell(LeafState& state, const PprofLine& line) const {
  const Function& function = functions_[line.function];
  const std::string_view name = function.raw_name < strings_.size() ? strings_[function.raw_name] : std::string_view{};
  const std::uint32_t in_function =
      function.start_line > 0 && line.line >= function.start_line ? line.line - function.start_line + 1 : 0;
  return state.take(function.traits.leaf, name, line.line, in_function);
}

}  // namespace lf::decode
