#include "detect/lock_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "detect/site.h"

/// Deadlocks leave the same picture in every dump: goroutines that wait on a lock, the same ones each time, and among
/// the stuck somebody who would have to let go. The dump gives the first half as fact (the address is the first
/// argument of the lock's frame), the second half only as a guess: whoever holds a lock has, somewhere on its stack,
/// code of the lock's owner. So a group that has been stuck since the first dump, and runs a method of the type that
/// the waiters wait in, is their probable holder. Groups are nodes, "waits for" are edges; what lies on a cycle or at
/// the end of a chain is a root, the others wait behind it.
///
/// Only goroutines that have not moved since the first dump take part: a queue at a busy lock moves. And where somebody
/// who is alive runs code of the lock's type, that one may be the holder, slow but not stuck, and nothing is said.
namespace lf::detect {
namespace {

struct Node {
  std::uint32_t group = 0;
  std::uint64_t stuck = 0;
  std::set<std::uint64_t> addresses;
  std::set<std::string_view> owners;       ///< types and packages of its frames from the site on
  std::string_view waits_in;               ///< owner of the site's function
  std::size_t own_frames_of_waits_in = 0;  ///< frames of that owner
};

/// The type or package a function belongs to: `main.(*Store).Get` → `main.(*Store)`, `main.work.func1` → `main`.
std::string_view owner_type(std::string_view function) {
  const std::string_view package = package_of(function);
  const std::string_view name = name_in_package(function);
  if (name.starts_with("(")) {
    const std::size_t close = name.find(')');
    if (close != std::string_view::npos) return function.substr(0, package.size() + 1 + close + 1);
  }
  return package;
}

bool is_type(std::string_view owner) {
  return owner.ends_with(')');
}

bool takes_part(const Group& group) {
  switch (group.state_class) {
    case StateClass::kLock:
    case StateClass::kWaitGroup:
    case StateClass::kCond:
    case StateClass::kChanSend:
    case StateClass::kChanReceive:
    case StateClass::kForever:
      return group.identified && group.user_site;
    default:
      return false;
  }
}

bool waits_for_lock(const Group& group) {
  return group.state_class == StateClass::kLock || group.state_class == StateClass::kWaitGroup;
}

std::map<std::uint32_t, Node> stuck_nodes(const Symbols& symbols, const Series& series) {
  std::map<std::uint32_t, Node> nodes;
  for (const LiveGoroutine& goroutine : series.live) {
    const Group& group = series.groups[goroutine.group];
    if (goroutine.entered != series.first_dump || !takes_part(group)) continue;
    Node& node = nodes[goroutine.group];
    node.group = goroutine.group;
    ++node.stuck;
    const auto wait = std::ranges::lower_bound(series.sync_waits, goroutine.id, {}, &SyncWait::goroutine_id);
    if (wait != series.sync_waits.end() && wait->goroutine_id == goroutine.id) node.addresses.insert(wait->address);
  }
  for (auto& [index, node] : nodes) {
    const Group& group = series.groups[index];
    const std::span<const FrameId> frames = symbols.stack(group.stack);
    node.waits_in = owner_type(symbols.function(group.site));
    for (const FrameId frame : frames.subspan(site_of(symbols, frames).index)) {
      const std::string_view owner = owner_type(symbols.function(frame));
      node.owners.insert(owner);
      node.owners.insert(package_of(symbols.function(frame)));
      if (owner == node.waits_in) ++node.own_frames_of_waits_in;
    }
  }
  return nodes;
}

/// Who probably holds what `waiter` waits for: stuck elsewhere, on another address, in code of the same owner.
std::vector<std::uint32_t> probable_holders(const Series& series, const std::map<std::uint32_t, Node>& nodes,
                                            const Node& waiter) {
  std::vector<std::uint32_t> holders;
  for (const auto& [index, node] : nodes) {
    if (index == waiter.group || !node.owners.contains(waiter.waits_in)) continue;
    const Group& group = series.groups[index];
    // A receiver in code of the package is anybody's idle wait.
    if (group.state_class == StateClass::kChanReceive && !is_type(waiter.waits_in)) continue;
    const bool same_lock = !node.addresses.empty() && node.addresses == waiter.addresses && waits_for_lock(group);
    if (same_lock && group.state == series.groups[waiter.group].state) continue;
    holders.push_back(index);
  }
  return holders;
}

/// Whether a goroutine that may go on, in code of the type the waiter waits in, may be the holder: somebody who sleeps,
/// reads or computes, or who came lately. Then there is no knot to see.
bool held_by_the_living(const Symbols& symbols, const Series& series, const Node& waiter) {
  if (!is_type(waiter.waits_in)) return false;
  return std::ranges::any_of(series.groups, [&](const Group& group) {
    const bool empty = group.points.empty() || group.points.back().serial != series.samples.back().serial ||
                       group.points.back().count == 0;
    if (empty || !group.identified || takes_part(group)) return false;
    return std::ranges::any_of(symbols.stack(group.stack),
                               [&](FrameId frame) { return owner_type(symbols.function(frame)) == waiter.waits_in; });
  });
}

bool reader_behind_writer(const Series& series, const std::map<std::uint32_t, Node>& nodes, const Node& node) {
  const WaitState own = series.groups[node.group].state;
  const WaitState other = own == WaitState::kRWMutexLock ? WaitState::kRWMutexRLock : WaitState::kRWMutexLock;
  if (own != WaitState::kRWMutexLock && own != WaitState::kRWMutexRLock) return false;
  return std::ranges::any_of(nodes, [&](const auto& entry) {
    if (series.groups[entry.first].state != other) return false;
    return std::ranges::any_of(entry.second.addresses,
                               [&](std::uint64_t address) { return node.addresses.contains(address); });
  });
}

}  // namespace

LockGraph build_lock_graph(const Symbols& symbols, const Series& series) {
  LockGraph graph;
  graph.parts.resize(series.groups.size());
  if (series.identities_broken) return graph;
  const std::map<std::uint32_t, Node> nodes = stuck_nodes(symbols, series);
  std::map<std::uint32_t, std::vector<std::uint32_t>> edges;
  for (const auto& [index, node] : nodes) {
    if (!waits_for_lock(series.groups[index])) continue;
    edges[index] = probable_holders(series, nodes, node);
    if (held_by_the_living(symbols, series, node)) {
      edges.erase(index);
      continue;
    }
    const bool nests = is_type(node.waits_in) && node.own_frames_of_waits_in >= 2;
    if (edges[index].empty() && nests && series.groups[index].state_class == StateClass::kLock) {
      graph.parts[index] = {.knot = LockKnot::kDoubleLock, .root = true};
    }
    if (reader_behind_writer(series, nodes, node)) {
      graph.parts[index] = {.knot = LockKnot::kStarvedWriter, .root = true};
    }
  }
  for (const auto& [waiter, holders] : edges) {
    for (const std::uint32_t holder : holders) {
      const auto back = edges.find(holder);
      const bool mutual = back != edges.end() && std::ranges::find(back->second, waiter) != back->second.end();
      LockPart& part = graph.parts[waiter];
      LockPart& held = graph.parts[holder];
      const bool group_of_workers = series.groups[waiter].state_class == StateClass::kWaitGroup;
      if (mutual) {
        if (part.knot == LockKnot::kNone) part = {.knot = LockKnot::kCycle, .root = true};
      } else {
        if (part.knot == LockKnot::kNone) {
          part.knot = group_of_workers ? LockKnot::kStuckWorkers : LockKnot::kStuckHolder;
          part.behind = holder;
        }
        if (held.knot == LockKnot::kNone && back == edges.end()) {
          held = {.knot = group_of_workers ? LockKnot::kStuckWorkers : LockKnot::kStuckHolder, .root = true};
        }
      }
    }
  }
  for (const auto& [index, node] : nodes) {
    graph.parts[index].stuck = node.stuck;
    graph.parts[index].addresses = node.addresses.size();
  }
  return graph;
}

std::string_view describe(LockKnot knot) {
  switch (knot) {
    case LockKnot::kNone:
      return "";
    case LockKnot::kStuckHolder:
      return "the lock's probable holder is itself stuck";
    case LockKnot::kCycle:
      return "they probably wait for each other's locks";
    case LockKnot::kDoubleLock:
      return "the probable holder waits for its own lock";
    case LockKnot::kStarvedWriter:
      return "a writer waits for readers, and readers wait behind the writer";
    case LockKnot::kStuckWorkers:
      return "the workers that a WaitGroup waits for are themselves stuck";
  }
  return "";
}

}  // namespace lf::detect
