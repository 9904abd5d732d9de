#pragma once

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "cli/options.h"
#include "cli/values.h"

namespace lf::cli {

// What the rows of the flag tables do with their values: one template for each kind of value, the member it is
// stored in as parameter, e.g. `store_duration<&Options::timeout>`.

template <class Member, class Value>
Result<void> store(Member& member, Result<Value>&& value) {
  if (!value) return std::unexpected(std::move(value.error()));
  member = static_cast<Member>(*std::move(value));
  return {};
}

template <auto Member>
Result<void> store_duration(Options& options, std::string_view value) {
  return store(options.*Member, parse_duration(value));
}

template <auto Member>
Result<void> store_bool(Options& options, std::string_view value) {
  return store(options.*Member, parse_bool(value));
}

template <auto Member>
Result<void> store_count(Options& options, std::string_view value) {
  return store(options.*Member, parse_count(value));
}

/// A count of at least one.
template <auto Member>
Result<void> store_positive(Options& options, std::string_view value) {
  Result<std::uint64_t> count = parse_count(value);
  if (count && *count == 0) return fail(ErrorCode::kUsage, "invalid value \"0\": expected at least 1");
  return store(options.*Member, std::move(count));
}

template <auto Member>
Result<void> store_size(Options& options, std::string_view value) {
  return store(options.*Member, parse_size(value));
}

template <auto Member>
Result<void> store_text(Options& options, std::string_view value) {
  options.*Member = std::string(value);
  return {};
}

template <auto Member>
Result<void> add_list(Options& options, std::string_view value) {
  std::vector<std::string> items = split_list(value);
  (options.*Member)
      .insert((options.*Member).end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  return {};
}

}  // namespace lf::cli
