#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/testing/source_dir.h"

namespace lf::detect {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Functions of package main that the corpus' truth names.
std::set<std::string> corpus_functions() {
  std::set<std::string> names;
  const std::regex function(R"re("main\.([^"]{8,})")re");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() / "testdata" / "corpus")) {
    if (entry.path().filename() != "truth.json") continue;
    const std::string text = read(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), function), end; at != end; ++at) names.insert((*at)[1]);
  }
  return names;
}

TEST(Detection, KnowsNoFunctionOfTheCorpusByName) {
  const std::set<std::string> names = corpus_functions();
  ASSERT_GT(names.size(), 20U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source_dir() / "src")) {
    const std::string extension = entry.path().extension();
    if (extension != ".cc" && extension != ".h" && extension != ".def") continue;
    const std::string text = read(entry.path());
    for (const std::string& name : names) {
      EXPECT_FALSE(text.contains("main." + name)) << name << " in " << entry.path();
    }
  }
}

}  // namespace
}  // namespace lf::detect
