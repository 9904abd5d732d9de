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

/// All that most samples need of a location, in one place: its only frame, or where its several lines stand.
struct LocationFrames {
  std::uint32_t value = 0;  ///< a FrameId for one line, else the place of the first line
  std::uint16_t bits = 0;   ///< FrameTrait bits of the only frame
  std::uint16_t lines = 0;  ///< 0: ask `lines(id)`
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
  explicit PprofTables(const WireReader& body, Warnings& warnings) : body_(body), warnings_(warnings) {}

  void add_string(std::string_view text);
  void add_function(std::span<const std::byte> message);
  void add_location(std::span<const std::byte> message);

  /// Interns all names and frames; to be called once, when all has been added.
  void resolve(Symbols& symbols);

  std::size_t string_count() const { return strings_.size(); }
  /// The string at `index`, empty with a warning where there is none.
  std::string_view string(std::uint64_t index);
  /// The interned string at `index`.
  StringId string_id(std::uint64_t index, Symbols& symbols);

  /// The frames of location `id`, innermost first; a nullptr data where there is no such location.
  std::span<const PprofLine> lines(std::uint64_t id) const {
    const std::uint32_t entry = location_ids_.find(id);
    if (entry == PprofIds::kAbsent) return {};
    return std::span(lines_).subspan(location_starts_[entry], location_starts_[entry + 1] - location_starts_[entry]);
  }
  bool has_location(std::uint64_t id) const { return location_ids_.find(id) != PprofIds::kAbsent; }

  LocationFrames location_frames(std::uint64_t id) const {
    return id < location_frames_.size() ? location_frames_[id] : LocationFrames{};
  }
  /// The lines that a LocationFrames of several names; all have a frame.
  std::span<const PprofLine> lines(LocationFrames several) const {
    return std::span(lines_).subspan(several.value, several.lines);
  }

  /// Feeds `state` with a frame; true once the state is settled.
  bool tell(LeafState& state, const PprofLine& line) const;

  const std::string& go_version() const { return go_version_; }

 private:
  struct Function {
    std::uint32_t name = 0, file = 0, start_line = 0;  ///< name and file: string indices until resolved, then ids
    FrameTraits traits;
    std::uint32_t raw_name = 0;  ///< string index: the name as the profile spells it
  };

  void note_location_frames();
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
  std::vector<LocationFrames> location_frames_;  ///< by location id
  std::string go_version_;
};

}  // namespace lf::decode
