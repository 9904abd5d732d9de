#pragma once

#include <vector>

#include "model/symbols.h"

namespace lf::detect {

/// What is worth knowing of a stack.
struct StackFacts {
  bool known = false;
  bool user_site = false;        ///< the site is outside the standard library
  bool serves_profiles = false;  ///< made by earlier requests for profiles
  FrameId site;
  StringId root;  ///< function at the bottom, outside the runtime
};

/// The facts of each stack, worked out once.
class StackFactsTable {
 public:
  /// `symbols` must outlive the table.
  explicit StackFactsTable(const Symbols& symbols) : symbols_(&symbols) {}

  /// Valid until the next call.
  const StackFacts& of(StackId stack);

 private:
  const Symbols* symbols_;
  std::vector<StackFacts> stacks_;  ///< by the stack's number
};

}  // namespace lf::detect
