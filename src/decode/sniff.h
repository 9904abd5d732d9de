#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "decode/decoded.h"

namespace lf::decode {

/// As far as `sniff` looks.
inline constexpr std::size_t kSniffBytes = 64 * 1024;

struct Sniffed {
  ContentKind kind = ContentKind::kUnknown;
  std::string name;  ///< of a kOtherProfile: "threadcreate"
};

/// What `head`, the front of a body without gzip, is. With `whole` (all there is, or kSniffBytes of it) a last line
/// without an end counts too.
///
/// The answer for a longer head is the same once it is known: lines are judged in their order, each when it is
/// complete, so that no chunking of the body changes it.
Sniffed sniff_content(std::span<const std::byte> head, bool whole);

/// The length of the UTF-8 byte order mark at the front of `head`: 3 or 0.
std::size_t byte_order_mark(std::span<const std::byte> head);

}  // namespace lf::decode
