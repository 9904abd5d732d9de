#include <algorithm>
#include <array>

#include "report/github.h"
#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/report_writer.h"
#include "report/sarif.h"
#include "report/text.h"

namespace lf::report {
namespace {

constexpr std::array kFormats{
#define LF_FORMAT(name, extension, media_type, brief, writer) Format{name, extension, media_type, brief, writer},
#include "report/formats.def"
#undef LF_FORMAT
};

}  // namespace

std::span<const Format> formats() {
  return kFormats;
}

const Format* find_format(std::string_view name) {
  const auto* const format = std::ranges::find(kFormats, name, &Format::name);
  return format == kFormats.end() ? nullptr : format;
}

bool shows_stacks(const Format& format) {
  return format.write == write_html;
}

std::string_view why_left_out(const Format& format) {
  return format.write == write_html && !page_assets().built() ? kHtmlLeftOut : std::string_view();
}

}  // namespace lf::report
