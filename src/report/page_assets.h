#pragma once

#include <string_view>

namespace lf::report {

/// The page of the HTML report, as the build made it of web/ (cmake/web.cmake). All texts are empty where there was no
/// node to make it.
struct PageAssets {
  std::string_view script;       ///< JavaScript without "</script"; ends in the licence texts of its packages
  std::string_view style;        ///< CSS without "</style"
  std::string_view script_hash;  ///< "sha256-…", for the content security policy
  std::string_view style_hash;

  bool built() const { return !script.empty(); }
};

const PageAssets& page_assets();

}  // namespace lf::report
