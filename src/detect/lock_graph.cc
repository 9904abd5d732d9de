#include "detect/lock_graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_set>

#include "base/format.h"
#include "detect/network_holder.h"
#include "detect/site.h"

/// Deadlocks leave the same picture in every dump: goroutines that wait on a lock, the same ones each time, and among
/// the stuck somebody who would have to let go. The dump gives the first half as fact (the address is the first
/// argument of the lock's frame), the second half only as a guess, for which there must be a reason in the stacks: a
/// lock belongs to a type, whose methods take it, or to a function, whose callees and closures share it; a WaitGroup
/// belongs to who started the workers. So a group that has been stuck since the first dump, and for which such a reason
/// speaks, is the probable holder; that it is stuck in the same package is none. Groups are nodes, "waits for" are
/// edges; what lies on a cycle or at the end of a chain is a root, the others wait behind it.
///
/// Only goroutines that have not moved since the first dump take part: a queue at a busy lock moves. And where somebody
/// who is alive runs code of the lock's type, that one may be the holder, slow but not stuck, and nothing is said.
namespace lf::detect {
namespace {

constexpr std::size_t kMostNodes = 1000;  // places where goroutines are stuck; beyond, those with fewest are left out
constexpr std::size_t kMostHolders = 16;  // a waiter has one; more candidates than this tell nothing

struct Node {
  std::uint32_t group = 0;
  std::uint64_t stuck = 0;
  std::set<std::uint64_t> addresses;
  std::set<std::uint64_t> parents;         ///< who started them, the main goroutine left out
  std::set<std::string_view> types;        ///< whose methods are on its stack, from the site on
  std::set<std::string_view> functions;    ///< on its stack, from the site on, without main.main
  std::string_view waits_in;               ///< type or package of the site's function
  std::string_view enclosing;              ///< of a closure: the function it is written in
  std::size_t own_frames_of_waits_in = 0;  ///< frames of that owner
};

struct Edge {
  std::uint32_t holder = 0;
  HolderReason reason = HolderReason::kNone;
  std::string_view through{};
};

using Nodes = std::map<std::uint32_t, Node>;
using Edges = std::map<std::uint32_t, std::vector<Edge>>;

/// The function a closure is written in: `main.serve.func2.1` → `main.serve`; empty for what is no closure, and for
/// closures of main and init, where everything begins.
std::string_view enclosing_function(std::string_view function) {
  const std::size_t at = function.find(".func", package_of(function).size());
  if (at == std::string_view::npos) return {};
  const std::string_view outer = function.substr(0, at), name = name_in_package(outer);
  return name == "main" || name == "init" || name.starts_with("init.") ? std::string_view{} : outer;
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

/// A receiver, or who waits on a Cond, may be idle: only a method of the lock's own type makes it a holder.
bool may_be_idle(const Group& group) {
  return group.state_class == StateClass::kChanReceive || group.state_class == StateClass::kCond;
}

Nodes stuck_nodes(const Symbols& symbols, const Series& series) {
  Nodes nodes;
  for (const LiveGoroutine& goroutine : series.live) {
    const Group& group = series.groups[goroutine.group];
    if (goroutine.entered != series.first_dump || !takes_part(group)) continue;
    Node& node = nodes[goroutine.group];
    node.group = goroutine.group;
    ++node.stuck;
    if (goroutine.parent > 1) node.parents.insert(goroutine.parent);
    const auto wait = std::ranges::lower_bound(series.sync_waits, goroutine.id, {}, &SyncWait::goroutine_id);
    if (wait != series.sync_waits.end() && wait->goroutine_id == goroutine.id) node.addresses.insert(wait->address);
  }
  if (nodes.size() > kMostNodes) {
    std::vector<std::uint64_t> sizes;
    for (const auto& [index, node] : nodes) sizes.push_back(node.stuck);
    std::ranges::nth_element(sizes, sizes.begin() + kMostNodes, std::greater{});
    std::erase_if(nodes, [&, least = sizes[kMostNodes]](const auto& entry) { return entry.second.stuck <= least; });
  }
  for (auto& [index, node] : nodes) {
    const Group& group = series.groups[index];
    const std::span<const FrameId> frames = symbols.stack(group.stack);
    node.waits_in = owner_type(symbols.function(group.site));
    node.enclosing = enclosing_function(symbols.function(group.site));
    for (const FrameId frame : frames.subspan(site_of(symbols, frames).index)) {
      const std::string_view function = symbols.function(frame), owner = owner_type(function);
      if (is_type(owner)) node.types.insert(owner);
      const bool user = owner_of(function, symbols.file(frame)) == CodeOwner::kUser;
      if (user && function != "main.main") node.functions.insert(function);
      if (owner == node.waits_in) ++node.own_frames_of_waits_in;
    }
  }
  return nodes;
}

/// Why `holder` may hold what `waiter` waits for; the strongest reason.
Edge reason_for(const Symbols& symbols, const Series& series, const Node& waiter, const Node& holder) {
  const Group &of_waiter = series.groups[waiter.group], &of_holder = series.groups[holder.group];
  const auto edge = [&](HolderReason reason, std::string_view through) { return Edge{holder.group, reason, through}; };
  const bool idle = may_be_idle(of_holder);
  if (of_waiter.state_class == StateClass::kWaitGroup && of_holder.creator && !idle) {
    const std::string_view starter = symbols.function(of_holder.creator);
    const std::span<const FrameId> frames = symbols.stack(of_waiter.stack);
    if (std::ranges::any_of(frames, [&](FrameId frame) { return symbols.function(frame) == starter; })) {
      return edge(HolderReason::kStartedHere, starter);
    }
  }
  if (is_type(waiter.waits_in) && holder.types.contains(waiter.waits_in)) {
    return edge(HolderReason::kSameReceiver, waiter.waits_in);
  }
  if (idle) return {};
  const auto shared =
      std::ranges::find_if(waiter.functions, [&](std::string_view name) { return holder.functions.contains(name); });
  if (shared != waiter.functions.end()) return edge(HolderReason::kSharedFrame, *shared);
  if (of_holder.state_class == StateClass::kForever) return {};
  if (!waiter.enclosing.empty() && waiter.enclosing == holder.enclosing) {
    return edge(HolderReason::kSharedFunction, waiter.enclosing);
  }
  const bool siblings =
      std::ranges::any_of(waiter.parents, [&](std::uint64_t id) { return holder.parents.contains(id); });
  return siblings ? edge(HolderReason::kSiblings, symbols.function(of_waiter.creator)) : Edge{};
}

/// Who probably holds what `waiter` waits for: stuck elsewhere, on another address; those with the strongest reason.
std::vector<Edge> probable_holders(const Symbols& symbols, const Series& series, const Nodes& nodes,
                                   const Node& waiter) {
  std::vector<Edge> holders;
  for (const auto& [index, node] : nodes) {
    if (index == waiter.group) continue;
    const Group& group = series.groups[index];
    const bool same_lock = !node.addresses.empty() && node.addresses == waiter.addresses && waits_for_lock(group);
    if (same_lock && group.state == series.groups[waiter.group].state) continue;
    const Edge edge = reason_for(symbols, series, waiter, node);
    if (edge.reason != HolderReason::kNone) holders.push_back(edge);
  }
  std::ranges::stable_sort(holders, {}, &Edge::reason);
  if (holders.size() > kMostHolders) holders.resize(kMostHolders);
  return holders;
}

/// The types in whose code a goroutine is that may go on: somebody who sleeps, reads or computes, or who came lately.
/// He may be the holder of their locks, and then there is no knot to see.
std::unordered_set<std::string_view> types_of_the_living(const Symbols& symbols, const Series& series) {
  std::unordered_set<std::string_view> types;
  std::vector<bool> seen(symbols.frame_count() + 1, false);
  for (const Group& group : series.groups) {
    const bool empty = group.points.empty() || group.points.back().serial != series.samples.back().serial ||
                       group.points.back().count == 0;
    if (empty || !group.identified || takes_part(group)) continue;
    for (const FrameId frame : symbols.stack(group.stack)) {
      if (seen[frame.value]) continue;
      seen[frame.value] = true;
      if (const std::string_view type = owner_type(symbols.function(frame)); is_type(type)) types.insert(type);
    }
  }
  return types;
}

/// By name of the site, so that nothing depends on counts.
auto name_of_site(const Symbols& symbols, const Series& series, std::uint32_t index) {
  const FrameId site = series.groups[index].site;
  return std::tuple(symbols.function(site), symbols.file(site), symbols.frame(site).line, index);
}

/// Ties writers that wait for readers, and readers that wait behind these writers, on one lock, to one reader: of those
/// that probably read the lock already (two functions of its type are on their stack), else of all, the first by name.
/// An optimised RWMutex does not tell its address; then writer and readers must wait in methods of one type, and one
/// reader must read again.
void tie_starved_writers(const Symbols& symbols, const Series& series, const Nodes& nodes, LockGraph& graph) {
  const auto reads_again = [&](std::uint32_t reader) { return nodes.at(reader).own_frames_of_waits_in >= 2; };
  const auto shares_lock = [](const Node& a, const Node& b) {
    const bool told = !a.addresses.empty() || !b.addresses.empty();
    if (!told) return is_type(a.waits_in) && a.waits_in == b.waits_in;
    return std::ranges::any_of(a.addresses, [&](std::uint64_t address) { return b.addresses.contains(address); });
  };
  for (const auto& [writer, node] : nodes) {
    if (series.groups[writer].state != WaitState::kRWMutexLock) continue;
    std::vector<std::uint32_t> readers;
    for (const auto& [reader, other] : nodes) {
      if (series.groups[reader].state == WaitState::kRWMutexRLock && shares_lock(node, other))
        readers.push_back(reader);
    }
    const bool told = !node.addresses.empty();
    if (readers.empty() || (!told && std::ranges::none_of(readers, reads_again))) continue;
    const std::uint32_t root = std::ranges::min(readers, {}, [&](std::uint32_t reader) {
      return std::pair(!reads_again(reader), name_of_site(symbols, series, reader));
    });
    for (const std::uint32_t member : readers) {
      graph.parts[member] = {.knot = LockKnot::kStarvedWriter, .root = member == root, .behind = root};
    }
    graph.parts[writer] = {.knot = LockKnot::kStarvedWriter, .root = false, .behind = root};
  }
}

/// Ties those who wait for the lock of a goroutine that waits for itself behind that one: by the lock's address, or
/// where none is told, by the type whose method waits.
void tie_behind_double_locks(const Series& series, const Nodes& nodes, LockGraph& graph) {
  std::vector<std::uint32_t> roots;
  for (const auto& [index, node] : nodes) {
    if (graph.parts[index].knot == LockKnot::kDoubleLock) roots.push_back(index);
  }
  for (const auto& [index, node] : nodes) {
    if (graph.parts[index].knot != LockKnot::kNone || series.groups[index].state_class != StateClass::kLock) continue;
    const auto root = std::ranges::find_if(roots, [&](std::uint32_t candidate) {
      const Node& of_root = nodes.at(candidate);
      const bool told = !node.addresses.empty() && !of_root.addresses.empty();
      return told ? node.addresses == of_root.addresses : node.waits_in == of_root.waits_in;
    });
    if (root == roots.end()) continue;
    graph.parts[index] = {.knot = LockKnot::kDoubleLock,
                          .behind = *root,
                          .reason = HolderReason::kSameReceiver,
                          .through = nodes.at(*root).waits_in};
  }
}

/// Ties those who wait for a lock, behind nobody who is stuck, behind one who holds it while he waits for the network.
void tie_behind_network(const Symbols& symbols, const Series& series, const Nodes& nodes, LockGraph& graph) {
  std::vector<std::uint32_t> waiters;
  for (const auto& [index, node] : nodes) {
    const bool waits = series.groups[index].state_class == StateClass::kLock;
    if (waits && graph.parts[index].knot == LockKnot::kNone) waiters.push_back(index);
  }
  if (waiters.empty()) return;
  const NetworkHolders holders(symbols, series);
  for (const std::uint32_t index : waiters) {
    const std::optional<NetworkHolder> holder = holders.find(index);
    if (!holder) continue;
    LockPart& held = graph.parts[holder->group];
    if (held.knot != LockKnot::kNone && held.knot != LockKnot::kHolderInNetwork) continue;
    const HolderReason reason = is_type(holder->through) ? HolderReason::kSameReceiver : HolderReason::kSharedFrame;
    LockPart part{
        .knot = LockKnot::kHolderInNetwork, .behind = holder->group, .reason = reason, .through = holder->through};
    graph.parts[index] = part;
    part.root = true;
    part.stuck = holders.stayed(holder->group);
    held = part;
  }
}

/// Finds the groups all of whose goroutines, those that came later too, wait on one lock: they wait for one holder.
void mark_one_lock(const Series& series, LockGraph& graph) {
  std::map<std::uint32_t, std::uint64_t> address_of;  // 0: several, or not told
  for (const LiveGoroutine& goroutine : series.live) {
    if (graph.parts[goroutine.group].knot == LockKnot::kNone) continue;
    const auto wait = std::ranges::lower_bound(series.sync_waits, goroutine.id, {}, &SyncWait::goroutine_id);
    const bool told = wait != series.sync_waits.end() && wait->goroutine_id == goroutine.id;
    const std::uint64_t address = told ? wait->address : 0;
    const auto [at, is_first] = address_of.try_emplace(goroutine.group, address);
    if (!is_first && at->second != address) at->second = 0;
  }
  for (const auto& [group, address] : address_of) graph.parts[group].one_lock = address != 0;
}

/// Takes out of `edges`, again and again, what waits for nobody who waits himself: cycles and what leads into them
/// are left; then what nobody waits for. Returns the groups on cycles.
std::set<std::uint32_t> find_cycles(const Edges& edges) {
  std::set<std::uint32_t> left;
  for (const auto& [waiter, holders] : edges) left.insert(waiter);
  for (bool changed = true; changed;) {
    std::set<std::uint32_t> waited_for;
    const std::size_t before = left.size();
    for (const std::uint32_t waiter : left) {
      for (const Edge& edge : edges.at(waiter)) waited_for.insert(edge.holder);
    }
    std::erase_if(left, [&](std::uint32_t waiter) {
      const bool waits =
          std::ranges::any_of(edges.at(waiter), [&](const Edge& edge) { return left.contains(edge.holder); });
      return !waits || !waited_for.contains(waiter);
    });
    changed = left.size() != before;
  }
  return left;
}

/// Ties each cycle to its member whose site comes first by name, so that the root depends on no count.
void tie_cycles(const Symbols& symbols, const Series& series, const Edges& edges, LockGraph& graph) {
  const auto name_of = [&](std::uint32_t index) { return name_of_site(symbols, series, index); };
  std::set<std::uint32_t> cyclic = find_cycles(edges);
  std::erase_if(cyclic, [&](std::uint32_t index) { return graph.parts[index].knot != LockKnot::kNone; });
  std::vector<std::uint32_t> in_order(cyclic.begin(), cyclic.end());
  std::ranges::sort(in_order, {}, name_of);
  for (const std::uint32_t root : in_order) {
    if (graph.parts[root].knot == LockKnot::kCycle) continue;
    std::vector<std::uint32_t> reached{root};
    for (std::size_t next = 0; next < reached.size(); ++next) {
      LockPart& part = graph.parts[reached[next]];
      for (const Edge& edge : edges.at(reached[next])) {
        if (!cyclic.contains(edge.holder)) continue;
        if (part.knot != LockKnot::kCycle) {
          part = {.knot = LockKnot::kCycle,
                  .root = next == 0,
                  .behind = root,
                  .reason = edge.reason,
                  .through = edge.through};
        }
        if (graph.parts[edge.holder].knot != LockKnot::kCycle &&
            std::ranges::find(reached, edge.holder) == reached.end()) {
          reached.push_back(edge.holder);
        }
      }
    }
  }
}

/// Ties who waits for somebody that waits for nobody's lock, or on a cycle, behind that one.
void tie_chains(const Series& series, const Edges& edges, LockGraph& graph) {
  for (const auto& [waiter, holders] : edges) {
    LockPart& part = graph.parts[waiter];
    if (part.knot != LockKnot::kNone) continue;
    const bool waits_for_workers = series.groups[waiter].state_class == StateClass::kWaitGroup;
    const LockKnot knot = waits_for_workers ? LockKnot::kStuckWorkers : LockKnot::kStuckHolder;
    for (const Edge& edge : holders) {
      if (part.knot == LockKnot::kNone) {
        part = {.knot = knot, .behind = edge.holder, .reason = edge.reason, .through = edge.through};
      }
      LockPart& held = graph.parts[edge.holder];
      if (held.knot == LockKnot::kNone && !edges.contains(edge.holder)) {
        held = {.knot = knot, .root = true, .reason = edge.reason, .through = edge.through};
      }
    }
  }
}

}  // namespace

LockGraph build_lock_graph(const Symbols& symbols, const Series& series) {
  LockGraph graph;
  graph.parts.resize(series.groups.size());
  if (series.identities_broken) return graph;
  const Nodes nodes = stuck_nodes(symbols, series);
  if (nodes.empty()) return graph;
  const std::unordered_set<std::string_view> alive = types_of_the_living(symbols, series);
  Edges edges;
  for (const auto& [index, node] : nodes) {
    if (!waits_for_lock(series.groups[index]) || alive.contains(node.waits_in)) continue;
    std::vector<Edge>& holders = edges[index] = probable_holders(symbols, series, nodes, node);
    const bool nests = is_type(node.waits_in) && node.own_frames_of_waits_in >= 2;
    if (holders.empty() && nests && series.groups[index].state_class == StateClass::kLock) {
      graph.parts[index] = {
          .knot = LockKnot::kDoubleLock, .root = true, .reason = HolderReason::kSameReceiver, .through = node.waits_in};
    }
  }
  tie_starved_writers(symbols, series, nodes, graph);
  tie_behind_double_locks(series, nodes, graph);
  tie_cycles(symbols, series, edges, graph);
  tie_chains(series, edges, graph);
  tie_behind_network(symbols, series, nodes, graph);
  for (const auto& [index, node] : nodes) {
    graph.parts[index].stuck = node.stuck;
    graph.parts[index].addresses = node.addresses.size();
  }
  mark_one_lock(series, graph);
  return graph;
}

std::string describe(const LockPart& part) {
  std::string reason;
  switch (part.reason) {
    case HolderReason::kStartedHere:
      reason = format(" ({} starts them and waits)", part.through);
      break;
    case HolderReason::kSameReceiver:
      reason = format(" (both run methods of {})", part.through);
      break;
    case HolderReason::kSharedFrame:
      reason = format(" (both run {})", part.through);
      break;
    case HolderReason::kSharedFunction:
      reason = format(" (both are closures of {})", part.through);
      break;
    case HolderReason::kSiblings:
      reason = format(" (the same goroutine, in {}, has started both)", part.through);
      break;
    case HolderReason::kNone:
      break;
  }
  switch (part.knot) {
    case LockKnot::kNone:
      return {};
    case LockKnot::kStuckHolder:
      return (part.root ? "others wait for a lock that these probably hold"
                        : "the lock's probable holder is itself stuck") +
             reason;
    case LockKnot::kCycle:
      return "they probably wait for each other's locks" + reason;
    case LockKnot::kDoubleLock:
      return part.root ? format("the probable holder waits for its own lock (two methods of {} are on one stack)",
                                part.through)
                       : format("the lock's probable holder waits for that lock itself (both run methods of {})",
                                part.through);
    case LockKnot::kStarvedWriter:
      return "a writer waits for readers, and readers wait behind the writer, on the same lock";
    case LockKnot::kStuckWorkers:
      return (part.root ? "a WaitGroup waits for these, and they are stuck"
                        : "the workers that this WaitGroup waits for are themselves stuck") +
             reason;
    case LockKnot::kHolderInNetwork:
      return (part.root ? "others wait for a lock that these probably hold while they wait for the network"
                        : "the lock's probable holder waits for the network") +
             reason;
  }
  return {};
}

}  // namespace lf::detect
