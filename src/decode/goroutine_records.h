#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/stack_builder.h"
#include "model/goroutine.h"
#include "model/warning.h"

namespace lf::decode {

/// Adds a record's count to the profile's total; negative ones (delta profiles) take nothing away, and a sum beyond 64
/// bits is capped with a warning.
void add_to_total(std::int64_t count, std::uint64_t& total, Warnings& warnings, std::uint64_t byte_offset);

/// Finds the goroutine that reads ahead on the connection of the very request that made the profile.
///
/// net/http starts one (*connReader).backgroundRead beside each HTTP/1 request without a body; until it has run it has
/// no frames. With one such goroutine in the whole profile, and our own request served over HTTP/1, it is ours; with
/// more of them, none can be told from the others and none is marked.
class RequestFinder {
 public:
  /// Takes the record that will stand at `index`.
  void note(const StackCount& record, const StackBuilder& stack, std::size_t index);
  void mark(std::vector<StackCount>& records) const;

 private:
  bool served_over_http1_ = false;
  std::int64_t candidates_ = 0;
  std::size_t candidate_ = 0;
};

}  // namespace lf::decode
