#include "cli/page.h"

#include <algorithm>

namespace lf::cli {

const Page* find_rule_page(std::string_view id) {
  const auto is_it = [&](const Page& page) {
    return std::ranges::equal(page.name, id, [](char a, char b) { return a == b || (a == '-' && b == '/'); });
  };
  const std::span<const Page> pages = rule_pages();
  const auto page = std::ranges::find_if(pages, is_it);
  return page == pages.end() ? nullptr : &*page;
}

}  // namespace lf::cli
