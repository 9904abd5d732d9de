#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/symbols.h"

namespace lf::detect {

/// Whose code a frame is.
enum class CodeOwner : std::uint8_t {
  kRuntime,   ///< the runtime, and functions that the runtime implements for the library (`runtime_…`)
  kPlumbing,  ///< the standard library's waiting and copying: sync, time, io, bufio, net, os, crypto, internal
  kStandard,  ///< the rest of the standard library
  kUser,      ///< package main and every module
};

/// The import path of `function` as debug=2 spells it: up to the first dot after the last slash.
std::string_view package_of(std::string_view function);

/// `function` without its package: `(*Client).Do`, `handle.func1`.
std::string_view name_in_package(std::string_view function);

/// The type or package a function belongs to: `main.(*Store).Get` → `main.(*Store)`, `main.work.func1` → `main`.
std::string_view owner_type(std::string_view function);

/// Whether `owner_type` has found a type.
inline bool is_type(std::string_view owner) {
  return owner.ends_with(')');
}

/// Whose code `function` is. The standard library is told by its import path: its first element has no dot, is not
/// `main`, and is one of the library's own; a module may be called alike (`module log`), so that an absolute `file`
/// must also lie in `…/src/<package>/`.
CodeOwner owner_of(std::string_view function, std::string_view file);

/// Where in a stack its site is.
struct SitePlace {
  std::size_t index = 0;  ///< into the stack, leaf first
  bool is_user = false;   ///< outside the standard library
};

/// The site of a stack: the first frame outside the runtime and the standard library. On all-standard stacks the first
/// frame outside the runtime and the library's plumbing (a read loop says more than the poller under it), else the
/// first outside the runtime, else the leaf.
///
/// `owner(frame)` says whose code a frame is.
template <class Owner>
SitePlace site_of(std::span<const FrameId> leaf_first, Owner owner) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::size_t standard = kNone, plumbing = kNone;
  for (std::size_t i = 0; i < leaf_first.size(); ++i) {
    switch (owner(leaf_first[i])) {
      case CodeOwner::kUser:
        return {.index = i, .is_user = true};
      case CodeOwner::kStandard:
        if (standard == kNone) standard = i;
        break;
      case CodeOwner::kPlumbing:
        if (plumbing == kNone) plumbing = i;
        break;
      case CodeOwner::kRuntime:
        break;
    }
  }
  if (standard != kNone) return {.index = standard};
  return {.index = plumbing != kNone ? plumbing : 0};
}
SitePlace site_of(const Symbols& symbols, std::span<const FrameId> leaf_first);

/// The frame of a stack's site; none where the stack is empty.
FrameId site_frame(const Symbols& symbols, StackId stack);

}  // namespace lf::detect
