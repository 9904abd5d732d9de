#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "decode/testing/random.h"

namespace lf::decode::testing {

/// How one argument of a frame is printed; values differ from goroutine to goroutine.
enum class ArgumentKind : std::uint8_t { kPointer, kStalePointer, kSmall, kString, kSlice, kInterface, kUnknown };

/// One frame of a generated stack.
struct FramePattern {
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t offset = 0;  ///< what "+0x" shows; inlined frames have none
  bool inlined = false;
  std::vector<ArgumentKind> arguments;
};

/// One generated stack, leaf first, with the state it is parked in and the `go` statement that made it.
struct StackPattern {
  std::string state;
  std::vector<std::string>
      runtime_leaf;  ///< runtime functions above the leaf, leaf first, that only protobuf and pcs show
  std::vector<FramePattern> frames;
  std::size_t leaf_frames =
      0;  ///< the first of `frames`: the blocking operation and the function that only this stack has
  FramePattern creator;
  std::uint64_t text_address = 0;  ///< frame k returns to about text_address + 0x40 * k
};

struct StackShape {
  std::size_t stacks = 50;
  std::size_t frames_min = 10;
  std::size_t frames_max = 24;
};

/// Makes `shape.stacks` stacks that differ from each other in their function, file and line lists: the mix of servers,
/// pools and clients that a busy Go service shows, with receivers, closures, generics and escaped package names.
std::vector<StackPattern> make_stack_patterns(const StackShape& shape, Random& random);

}  // namespace lf::decode::testing
