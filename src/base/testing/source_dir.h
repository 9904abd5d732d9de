#pragma once

#include <filesystem>

namespace lf {

/// The folder of the checkout that the tests were built from: where testdata/ lies, and beside which shared/ may.
std::filesystem::path source_dir();

}  // namespace lf
