#pragma once

#include <cstdint>

#include "base/string_table.h"

namespace lf {

struct FrameTag;
struct StackTag;
struct LabelsTag;
using FrameId = Id<FrameTag>;
using StackId = Id<StackTag>;
using LabelsId = Id<LabelsTag>;

/// One logical frame (inlined ones count): where a goroutine is or was. No addresses, no arguments: those vary.
///
/// `function` is spelled as goroutine debug=2 spells it: `main.(*Pool[...]).run`, `gopkg.in/yaml%2ev3.Unmarshal`;
/// decoders of other forms bring names to that spelling.
struct Frame {
  StringId function;
  StringId file;
  std::uint32_t line = 0;

  bool operator==(const Frame&) const = default;
};

/// One pprof label.
struct Label {
  StringId key;
  StringId value;

  bool operator==(const Label&) const = default;
};

}  // namespace lf
