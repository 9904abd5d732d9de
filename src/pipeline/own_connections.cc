#include "pipeline/own_connections.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "detect/site.h"

namespace lf::pipeline {
namespace {

/// What a goroutine of an HTTP/1 server does.
enum class ServerPart : std::uint8_t {
  kNone,
  kAnswersProfile,  ///< is in a handler of net/http/pprof
  kBetween,         ///< serves a connection and is in no handler
  kReadsAhead,      ///< watches beside a handler whether the client goes away
};

ServerPart part_of(const Symbols& symbols, StackId stack) {
  bool connection = false, handler = false, reader = false;
  for (const FrameId frame : symbols.stack(stack)) {
    const std::string_view function = symbols.function(frame);
    reader = reader || function.starts_with("net/http.(*connReader).backgroundRead") ||
             function.starts_with("net/http.(*connReader).startBackgroundRead");
    connection = connection || function.starts_with("net/http.(*conn).serve");
    handler = handler || function.starts_with("net/http.serverHandler.ServeHTTP");
    if (detect::package_of(function) == "net/http/pprof") return ServerPart::kAnswersProfile;
  }
  if (reader && !connection) return ServerPart::kReadsAhead;
  return connection && !handler ? ServerPart::kBetween : ServerPart::kNone;
}

/// Marks up to `most` goroutines of `part`; returns how many.
std::size_t mark_counts(const Symbols& symbols, ServerPart part, std::size_t most, std::vector<StackCount>& counts) {
  std::size_t marked = 0;
  std::vector<StackCount> ours;
  for (StackCount& record : counts) {
    if (marked == most || record.count <= 0 || part_of(symbols, record.stack) != part) continue;
    const std::int64_t taken = std::min(record.count, static_cast<std::int64_t>(most - marked));
    marked += static_cast<std::size_t>(taken);
    if (record.serves_our_request || taken == record.count) {
      record.serves_our_request = true;
      continue;
    }
    record.count -= taken;
    ours.push_back(record);
    ours.back().count = taken;
    ours.back().serves_our_request = true;
  }
  counts.insert(counts.end(), ours.begin(), ours.end());
  return marked;
}

}  // namespace

void OwnConnections::mark(const Symbols& symbols, std::size_t connections, GoroutineProfile& profile) {
  if (profile.has_identities()) return mark_dump(symbols, connections, profile);
  const std::size_t answering = mark_counts(symbols, ServerPart::kAnswersProfile, connections, profile.counts);
  mark_counts(symbols, ServerPart::kBetween, connections - answering, profile.counts);
  mark_counts(symbols, ServerPart::kReadsAhead, connections, profile.counts);
}

void OwnConnections::mark_dump(const Symbols& symbols, std::size_t connections, GoroutineProfile& profile) {
  struct Server {
    std::size_t rank;  ///< the surest first
    std::uint64_t id;
    std::size_t index;
  };
  std::vector<Server> servers;
  std::vector<std::size_t> readers;
  for (std::size_t i = 0; i < profile.goroutines.size(); ++i) {
    const Goroutine& goroutine = profile.goroutines[i];
    const ServerPart part = part_of(symbols, goroutine.stack);
    if (part == ServerPart::kReadsAhead) readers.push_back(i);
    if (part != ServerPart::kAnswersProfile && part != ServerPart::kBetween) continue;
    const bool writes_dump = goroutine.has(kServesOurRequest);
    const bool known = std::ranges::find(known_, goroutine.id) != known_.end();
    const std::size_t rank = writes_dump ? 0 : part == ServerPart::kAnswersProfile ? 1 : known ? 2 : 3;
    servers.push_back({rank, goroutine.id, i});
  }
  // Of strangers the youngest: we came last.
  std::ranges::sort(servers,
                    [](const Server& a, const Server& b) { return std::pair(a.rank, b.id) < std::pair(b.rank, a.id); });
  if (servers.size() > connections) servers.resize(connections);
  known_.clear();
  for (const Server& server : servers) {
    profile.goroutines[server.index].flags |= kServesOurRequest;
    known_.push_back(server.id);
  }
  const bool parents_told = profile.parents.size() == profile.goroutines.size();
  std::size_t left = connections;
  for (const std::size_t i : readers) {
    const std::uint32_t parent = parents_told ? profile.parents[i] : 0;
    const bool of_ours = std::ranges::any_of(
        servers, [&](const Server& server) { return static_cast<std::uint32_t>(server.id) == parent; });
    // Before Go 1.21 no dump tells whose reader it is.
    if (left == 0 || (parent != 0 && !of_ours)) continue;
    profile.goroutines[i].flags |= kServesOurRequest;
    --left;
  }
}

}  // namespace lf::pipeline
