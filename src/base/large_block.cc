#include "base/large_block.h"

#include <algorithm>

#include <sys/mman.h>

namespace lf {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLeastUsed = kHugePage / 4 * 3;

}  // namespace

void* allocate_whole(std::size_t& bytes) {
  const std::size_t pages = (bytes + kHugePage - kLeastUsed) / kHugePage;
  if (pages == 0) return std::malloc(bytes);  // NOLINT(cppcoreguidelines-no-malloc)
  bytes = std::max(bytes, pages * kHugePage);
  void* block = nullptr;
  if (::posix_memalign(&block, kHugePage, bytes) != 0) return nullptr;
  // Without huge pages (an older kernel, or none left) it is memory as any other.
  static_cast<void>(::madvise(block, pages * kHugePage, MADV_HUGEPAGE));
  return block;
}

}  // namespace lf
