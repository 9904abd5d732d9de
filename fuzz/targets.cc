#include <algorithm>
#include <array>

#include "base/testing/source_dir.h"
#include "decode/testing/bodies.h"
#include "decode/testing/sample_files.h"
#include "target.h"

namespace lf::fuzz {

namespace {

constexpr std::array kTargets{
#define LF_FUZZ_TARGET(name, brief, seeds) Target{#name, brief, seeds},
#include "targets.def"
#undef LF_FUZZ_TARGET
};

/// Whole recordings are of no use to a fuzzer that changes a few bytes of one.
constexpr std::size_t kLargestSeed = 64 * 1024;

bool fits(std::string_view file, std::string_view parts) {
  while (!parts.empty()) {
    const std::size_t end = std::min(parts.find('|'), parts.size());
    if (end > 0 && file.find(parts.substr(0, end)) != std::string_view::npos) return true;
    parts.remove_prefix(std::min(end + 1, parts.size()));
  }
  return false;
}

void add_file(std::vector<Seed>& seeds, const std::filesystem::path& path) {
  Seed seed{path, decode::testing::read_bytes(path)};
  if (seed.bytes.starts_with("\x1f\x8b")) {
    seeds.push_back({path, decode::testing::unzipped(seed.bytes)});
    if (seeds.back().bytes.size() > kLargestSeed) seeds.pop_back();
  }
  if (seed.bytes.size() <= kLargestSeed) seeds.push_back(std::move(seed));
}

}  // namespace

std::span<const Target> targets() {
  return kTargets;
}

std::vector<Seed> seeds_of(const Target& target) {
  const std::filesystem::path testdata = source_dir() / "testdata";
  const std::filesystem::path own = testdata / "fuzz";
  std::vector<Seed> seeds;
  for (const auto& path : decode::testing::files_with(own / target.name, "")) {
    seeds.push_back({path, decode::testing::read_bytes(path)});
  }
  for (const auto& folder : {testdata / "decode", testdata / "e2e", testdata / "samples"}) {
    for (const auto& path : decode::testing::files_with(folder, "")) {
      if (fits(path.filename().string(), target.seed_names)) add_file(seeds, path);
    }
  }
  return seeds;
}

}  // namespace lf::fuzz
