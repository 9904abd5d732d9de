#pragma once

#include <string_view>

#include "report/page_assets.h"
#include "report/report_writer.h"

namespace lf::report {

/// Why there is no HTML report where the page was left out of the build.
inline constexpr std::string_view kHtmlLeftOut =
    "format \"html\" was left out of this build, which had no node or no npm packages: run scripts/setup web, then "
    "scripts/build";

/// One HTML file that holds the report, what shows it, and a policy that allows nothing else: no request, no script but
/// its own. Fails with kUnsupported where the page was left out of this build.
Result<void> write_html(const Report& report, const Style& style, Sink& sink);

/// The same with another page.
Result<void> write_html_page(const Report& report, const Style& style, const PageAssets& assets, Sink& sink);

}  // namespace lf::report
