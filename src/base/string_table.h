#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/hash_index.h"
#include "base/id.h"

namespace lf {

struct StringTag;
using StringId = Id<StringTag>;

/// Gives equal texts equal ids; id 0 is the empty text. Views live as long as the table.
class StringTable {
 public:
  StringTable();

  StringId intern(std::string_view text);
  /// The id of `text` where it has been interned, else "none".
  StringId find(std::string_view text) const;
  std::string_view text(StringId id) const { return id.value < texts_.size() ? texts_[id.value] : std::string_view{}; }
  std::size_t size() const { return texts_.size(); }
  std::size_t used_bytes() const { return arena_.used_bytes(); }

 private:
  Arena arena_;
  std::vector<std::string_view> texts_;
  HashIndex index_;
};

}  // namespace lf
