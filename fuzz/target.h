#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lf::fuzz {

/// Something that reads hostile bytes: a row of targets.def. `attempt_NAME` (attempts.h) tries one input.
struct Target {
  std::string_view name;
  std::string_view brief;
  std::string_view seed_names;  ///< parts of the names of recorded files to start from, separated by "|"
};

std::span<const Target> targets();

struct Seed {
  std::filesystem::path path;
  std::string bytes;
};

/// The inputs to start from: testdata/fuzz/NAME, and the files of testdata/ whose names fit; gzip bodies also as they
/// are inside.
std::vector<Seed> seeds_of(const Target& target);

}  // namespace lf::fuzz
