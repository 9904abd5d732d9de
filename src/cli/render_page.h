#pragma once

#include <string>
#include <string_view>

namespace lf::cli {

/// Markdown as documentation pages use it (headings, paragraphs, lists, fenced code, tables, emphasis, code spans,
/// links) for a terminal: paragraphs wrapped at `width` columns, code indented and not wrapped, headings and strong
/// words bold where `color`. Markup that it does not know is shown as it stands.
std::string render_page(std::string_view markdown, int width, bool color);

}  // namespace lf::cli
