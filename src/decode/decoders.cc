#include <array>
#include <cstddef>

#include "base/format.h"
#include "decode/crash_log.h"
#include "decode/decoder.h"
#include "decode/goroutine_debug1.h"
#include "decode/goroutine_debug2.h"
#include "decode/heap_debug1.h"
#include "decode/index_page.h"
#include "decode/pprof_proto.h"
#include "decode/unsupported.h"
#include "decode/vars.h"

namespace lf::decode {
namespace {

struct Row {
  ContentKind kind;
  std::string_view words;
  std::unique_ptr<Decoder> (*make)(Symbols&, const DecodeLimits&);
};

constexpr std::array kRows{
#define LF_CONTENT(kind, words, make) Row{ContentKind::k##kind, words, make},
#include "decode/decoders.def"
#undef LF_CONTENT
};

/// Each row stands at its kind's number.
static_assert([] {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].kind) != i) return false;
  }
  return kRows.size() == static_cast<std::size_t>(ContentKind::kEmpty) + 1;
}());

}  // namespace

std::string_view content_kind_name(ContentKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < kRows.size() ? kRows[index].words : kRows[0].words;
}

std::string content_kind_with_article(ContentKind kind) {
  const std::string_view name = content_kind_name(kind);
  const bool is_bare = kind == ContentKind::kUnknown || kind == ContentKind::kEmpty || kind == ContentKind::kVars;
  return is_bare ? std::string(name) : format("a {}", name);
}

std::unique_ptr<Decoder> make_decoder(ContentKind kind, Symbols& symbols, const DecodeLimits& limits) {
  const auto index = static_cast<std::size_t>(kind);
  return (index < kRows.size() ? kRows[index] : kRows[0]).make(symbols, limits);
}

}  // namespace lf::decode
