#pragma once

#include "report/report_writer.h"

namespace lf::report {

/// The most characters that a comment on GitHub takes; GitLab takes more.
constexpr std::size_t kLongestComment = 65'536;

/// Writes GitHub-flavoured Markdown for a pull request's comment: never longer than `kLongestComment` bytes. Findings
/// come whole while there is room, then as one line each, then as a count; stacks and scores are folded. Lines link to
/// their source where `source_link` knows it.
[[nodiscard]] Result<void> write_markdown(const Report& report, const Style& style, Sink& sink);

}  // namespace lf::report
