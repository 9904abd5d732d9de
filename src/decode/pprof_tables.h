#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "base/hash.h"
#include "decode/proto_wire.h"
#include "decode/spelling.h"
#include "decode/text_fields.h"
#include "model/symbols.h"
#include "model/warning.h"

namespace lf::decode {

/// Finds entries by the id that a profile gave them: a plain table for ids that count up from 1, as the runtime's do, a
/// hash map for all others. The first of equal ids wins.
class PprofIds {
 public:
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  void add(std::uint64_t id, std::uint32_t entry);
  std::uint32_t find(std::uint64_t id) const {
    if (id < dense_.size() && dense_[id] != kAbsent) [[likely]]
      return dense_[id];
    return sparse_.empty() ? kAbsent : find_sparse(id);
  }
  /// Ids from here on are not in the plain table.
  std::size_t dense_end() const { return dense_.size(); }

 private:
  std::uint32_t find_sparse(std::uint64_t id) const;

  std::vector<std::uint32_t> dense_;
  tsl::robin_map<std::uint64_t, std::uint32_t, NumberHash> sparse_;
};

/// One frame of a location.
struct PprofLine {
  FrameId frame;               ///< as debug=2 spells it; none where the name is missing
  std::uint32_t function = 0;  ///< entry of the function table; of no meaning without a frame
  std::uint32_t line = 0;
  FrameTraits traits;
};

/// The strings, functions and locations of one profile.proto, filled in any order of the wire, then resolved.
///
///     message Profile  { 4: repeated Location  5: repeated Function  6: repeated string string_table … }
///     message Location { 1: id  2: mapping_id  3: address  4: repeated Line (innermost first)  5: is_folded }
///     message Line     { 1: function_id  2: line  3: column }
///     message Function { 1: id  2: name  3: system_name  4: filename  5: start_line }       (2, 3, 4: string indices)
///
/// Source: github.com/google/pprof/proto/profile.proto. Views point into the body.
class PprofTables {
 public:
  /// `reader` walks the body, of `body_bytes`, and says where what is added stands.
  PprofTables(const WireReader& reader, std::size_t body_bytes, Warnings& warnings);

  void add_string(std::string_view text);
  void add_function(std::span<const std::byte> message);
  void add_location(std::span<const std::byte> message);

  /// Interns all names and frames; to be called once, when all has been added.
  void resolve(Symbols& symbols);

  std::size_t string_count() const { return strings_.size(); }
  /// The string at `index`, empty with a warning where there is none.
  std::string_view string(std::uint64_t index);
  /// The string at `index`, which is below `string_count()`.
  std::string_view known_string(std::uint64_t index) const { return strings_[index]; }
  /// The interned string at `index`.
  StringId string_id(std::uint64_t index, Symbols& symbols);

  /// The frames of location `id`, innermost first; a nullptr data where there is no such location.
  std::span<const PprofLine> lines(std::uint64_t id) const {
    const std::uint32_t entry = location_ids_.find(id);
    if (entry == PprofIds::kAbsent) return {};
    return std::span(lines_).subspan(location_starts_[entry], location_starts_[entry + 1] - location_starts_[entry]);
  }
  bool has_location(std::uint64_t id) const { return location_ids_.find(id) != PprofIds::kAbsent; }

  /// Location ids from here on are not in the plain table.
  std::size_t location_ids_end() const { return location_ids_.dense_end(); }

  /// Feeds `state` with a frame; true once the state is settled.
  bool tell(LeafState& state, const PprofLine& line) const;

  const std::string& go_version() const { return go_version_; }

 private:
  struct Function {
    std::uint32_t name = 0, file = 0, start_line = 0;  ///< name and file: string indices until resolved, then ids
    FrameTraits traits;
    std::uint32_t raw_name = 0;  ///< string index: the name as the profile spells it
  };

  bool has_room(std::size_t used);
  void warn(WarningCode code) { warnings_.add(code, byte_place(body_.field_offset())); }
  std::uint32_t to_line(std::uint64_t value);

  const WireReader& body_;
  Warnings& warnings_;
  std::vector<std::string_view> strings_;
  std::vector<StringId> string_ids_;
  std::vector<Function> functions_;
  PprofIds function_ids_;
  std::vector<PprofLine> lines_;
  std::vector<std::uint64_t> line_functions_;  ///< their function ids, until resolved
  std::vector<std::uint32_t> location_starts_{0};
  PprofIds location_ids_;
  std::string go_version_;
};

}  // namespace lf::decode
