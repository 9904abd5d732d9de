#include "decode/goroutine_records.h"

#include "decode/text_fields.h"

namespace lf::decode {

void add_to_total(std::int64_t count, std::uint64_t& total, Warnings& warnings, std::uint64_t byte_offset) {
  if (count <= 0) return;
  if (__builtin_add_overflow(total, static_cast<std::uint64_t>(count), &total)) {
    total = UINT64_MAX;
    warnings.add(WarningCode::kNumberOutOfRange, byte_place(byte_offset));
  }
}

void RequestFinder::note(const StackCount& record, const StackBuilder& stack, std::size_t index) {
  if (record.serves_our_request && stack.saw(kServesConnection)) served_over_http1_ = true;
  if (stack.size() != 0 && !stack.saw(kBackgroundRead)) return;
  if (__builtin_add_overflow(candidates_, record.count, &candidates_)) candidates_ = INT64_MAX;
  candidate_ = index;
}

void RequestFinder::mark(std::vector<StackCount>& records) const {
  if (served_over_http1_ && candidates_ == 1 && candidate_ < records.size()) {
    records[candidate_].serves_our_request = true;
  }
}

}  // namespace lf::decode
