#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "model/report.h"

namespace lf::report {

/// How a person's text looks; other formats ignore what does not apply.
struct Style {
  bool color = false;
  bool icons = false;    ///< UTF-8 icons and sparklines
  int width = 100;       ///< columns; tables fit it, paths are shortened in the middle; 0: as wide as it gets
  std::size_t top = 10;  ///< rows of each table, -top
  bool quiet = false;
  std::string source_url;   ///< template for links, empty: derived where possible
  std::string source_root;  ///< makes file names relative
};

/// Takes text as it is written. Fails with kIo; the writer ends at the first failure and returns it.
class Sink {
 public:
  virtual ~Sink() = default;
  [[nodiscard]] virtual Result<void> write(std::string_view text) = 0;
};

/// A row of formats.def.
struct Format {
  std::string_view name;       ///< as in -format
  std::string_view extension;  ///< ".json"
  std::string_view media_type;
  std::string_view brief;
  Result<void> (*write)(const Report& report, const Style& style, Sink& sink);
};

std::span<const Format> formats();
const Format* find_format(std::string_view name);

/// Whether `format` shows `Report::stacks`.
bool shows_stacks(const Format& format);

/// Why this build cannot write `format`, and what to do; empty where it can.
std::string_view why_left_out(const Format& format);

}  // namespace lf::report
