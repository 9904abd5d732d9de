#include "base/string_table.h"

#include "base/hash.h"

namespace lf {

StringTable::StringTable() {
  texts_.emplace_back();
}

StringId StringTable::intern(std::string_view text) {
  if (text.empty()) return {};
  return {index_.find_or_insert(
      hash_text(text, process_seed()), [&](std::uint32_t value) { return texts_[value] == text; },
      [&] {
        texts_.push_back(arena_.keep(text));
        return static_cast<std::uint32_t>(texts_.size() - 1);
      })};
}

StringId StringTable::find(std::string_view text) const {
  if (text.empty()) return {};
  return {index_.find(hash_text(text, process_seed()), [&](std::uint32_t value) { return texts_[value] == text; })};
}

}  // namespace lf
