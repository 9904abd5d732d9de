// The entry of libFuzzer, once for each target: LF_FUZZ_ATTEMPT is its function, attempt_NAME.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "attempts.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's own name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string wrong = lf::fuzz::LF_FUZZ_ATTEMPT({reinterpret_cast<const char*>(data), size});
  if (!wrong.empty()) {
    std::fprintf(stderr, "broken promise: %s\n", wrong.c_str());
    std::abort();
  }
  return 0;
}
