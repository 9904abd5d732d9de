#include "detect/mistakes.h"

#include <algorithm>
#include <array>

#include "detect/fingerprint.h"
#include "detect/lock_graph.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

/// What the table's rows may look at.
struct Look {
  const Context& context;
  const Group& group;
  LockKnot knot;

  bool on_stack(std::string_view beginning) const {
    return std::ranges::any_of(context.symbols.stack(group.stack),
                               [&](FrameId frame) { return context.symbols.function(frame).starts_with(beginning); });
  }
  std::string_view site() const { return context.symbols.function(group.site); }
  std::string_view creator() const { return context.symbols.function(group.creator); }
  /// Whether the waiting code is a closure of the function that started it: `go func() { … }()`.
  bool is_closure_of_creator() const {
    const std::string site_name = normalise_function(site()), creator_name = normalise_function(creator());
    return !creator_name.empty() && site_name.size() > creator_name.size() && site_name.starts_with(creator_name) &&
           site_name.substr(creator_name.size()).starts_with(".func");
  }
  bool in(StateClass state_class) const { return group.state_class == state_class; }
};

struct Row {
  std::string_view name;
  bool (*fits)(const Look&);
  std::string_view advice;
};

// The first row that fits names the mistake.
constexpr std::array kRows{
    Row{"lock cycle", [](const Look& look) { return look.knot == LockKnot::kCycle; },
        "take these locks in one order everywhere, or hold only one at a time.\n"
        "call out of the locked region: copy what is needed, unlock, then call."},
    Row{"double lock", [](const Look& look) { return look.knot == LockKnot::kDoubleLock; },
        "a method that holds the lock calls one that takes it again; Go's mutexes do not nest.\n"
        "split it: an exported method that locks, and an inner one that expects the lock held."},
    Row{"recursive read lock", [](const Look& look) { return look.knot == LockKnot::kStarvedWriter; },
        "a reader that takes RLock again waits behind the writer that waits for it.\n"
        "take RLock once, at the outermost call; pass on what was read."},
    Row{"stuck workers", [](const Look& look) { return look.knot == LockKnot::kStuckWorkers; },
        "Wait returns when the workers do; they are stuck (see the consequences).\n"
        "free the workers first: give what they block on a receiver, a buffer or a context."},
    Row{"lock held while blocked", [](const Look& look) { return look.knot == LockKnot::kStuckHolder; },
        "somebody waits on a channel or another lock while holding this one.\n"
        "unlock before blocking, or give the wait a timeout or a context."},
    Row{"unclosed response body",
        [](const Look& look) {
          return look.in(StateClass::kSelect) && look.on_stack("net/http.(*persistConn).readLoop");
        },
        "close every response's body: `defer resp.Body.Close()` right after the error check.\n"
        "read it to the end (`io.Copy(io.Discard, resp.Body)`) so that the connection is used again."},
    Row{"client connections not shared",
        [](const Look& look) {
          return look.on_stack("net/http.(*persistConn).readLoop") ||
                 look.on_stack("net/http.(*persistConn).writeLoop");
        },
        "use one http.Client and one Transport for the whole process.\n"
        "call CloseIdleConnections on transports that are given up."},
    Row{"rows not closed",
        [](const Look& look) {
          return look.on_stack("database/sql.(*DB).conn(") || look.on_stack("database/sql.(*DB).conn");
        },
        "the pool is used up: `defer rows.Close()` after every Query, end every Tx with Commit or Rollback.\n"
        "pass a context with a timeout, so that waiting for a connection ends."},
    Row{"transaction not ended", [](const Look& look) { return look.on_stack("database/sql.(*Tx).awaitDone"); },
        "end every transaction: `defer tx.Rollback()` right after BeginTx, Commit at the end.\n"
        "cancel the context that BeginTx was given."},
    Row{"context not cancelled", [](const Look& look) { return look.on_stack("context.(*cancelCtx).propagateCancel"); },
        "call the cancel function of every WithCancel, WithTimeout, WithDeadline: `defer cancel()`.\n"
        "parents of a foreign Context type cost one goroutine a child until then."},
    Row{"request without a timeout",
        [](const Look& look) {
          return look.on_stack("net/http.(*persistConn).roundTrip") || look.on_stack("net/http.(*Transport).roundTrip");
        },
        "give the request a context with a timeout, or set http.Client.Timeout.\n"
        "a server that never answers holds the goroutine for ever otherwise."},
    Row{"dial without a timeout",
        [](const Look& look) { return look.on_stack("net.(*sysDialer)") || look.on_stack("net.(*Dialer)"); },
        "dial with a net.Dialer that has a Timeout, or with DialContext.\n"
        "the system's own limit is minutes."},
    Row{"read without a deadline",
        [](const Look& look) { return look.in(StateClass::kIo) && !look.on_stack("net.(*TCPListener)"); },
        "set a deadline before each read or write: conn.SetDeadline(time.Now().Add(limit)).\n"
        "close the connection when its peer or its context is gone: that wakes the goroutine."},
    Row{"iterator not stopped", [](const Look& look) { return look.in(StateClass::kCoroutine); },
        "call the stop function that iter.Pull returned: `defer stop()`.\n"
        "an iterator that was not run to its end keeps its goroutine."},
    Row{"nil channel",
        [](const Look& look) { return look.in(StateClass::kForever) && look.group.state != WaitState::kSelectNoCases; },
        "the channel was never made, or was set to nil; make it before the goroutine starts.\n"
        "context.Background().Done() is nil as well: pass a context that can be cancelled."},
    Row{"empty select", [](const Look& look) { return look.in(StateClass::kForever); },
        "`select {}` never returns; wait for a context or a done channel instead.\n"
        "only main may park like this."},
    Row{"premature return",
        [](const Look& look) { return look.in(StateClass::kChanSend) && look.is_closure_of_creator(); },
        "the function that should receive has returned (early return, timeout, first answer wins).\n"
        "make the channel large enough for all senders, or send in a select with ctx.Done()."},
    Row{"missing receiver", [](const Look& look) { return look.in(StateClass::kChanSend); },
        "nobody receives from this channel any more.\n"
        "send in a select with ctx.Done() or a done channel, or end the senders before their receiver."},
    Row{"loop without a stop", [](const Look& look) { return look.in(StateClass::kSleep); },
        "the loop sleeps and goes on for ever; each start adds one.\n"
        "wait with a timer in a select with ctx.Done(), and cancel when the owner is done."},
    Row{"missing Done", [](const Look& look) { return look.in(StateClass::kWaitGroup); },
        "Add was called more often than Done: `defer wg.Done()` as the goroutine's first line.\n"
        "call Add before `go`, not inside the goroutine."},
    Row{"missed signal", [](const Look& look) { return look.in(StateClass::kCond); },
        "nobody signals this Cond any more; Broadcast when the owner closes.\n"
        "check the condition in a loop under the lock, and change it under the lock."},
    Row{"lock never released", [](const Look& look) { return look.in(StateClass::kLock); },
        "somebody took the lock and did not let go: `defer mu.Unlock()` right after Lock.\n"
        "look for returns and panics between Lock and Unlock."},
    Row{"unclosed range", [](const Look& look) { return look.in(StateClass::kChanReceive); },
        "nobody sends or closes: the sender should `close(ch)` when it is done, on every path.\n"
        "or receive in a select with ctx.Done(). A stopped Ticker never closes its channel."},
    Row{"start without stop", [](const Look& look) { return look.in(StateClass::kSelect); },
        "the loop ends only by its done channel or context, and nobody closes or cancels it.\n"
        "call the stop method of what was started, or `defer cancel()`, on every path."},
};

}  // namespace

Mistake name_mistake(const Context& context, std::uint32_t group) {
  const Look look{context, context.series.groups[group], context.locks.parts[group].knot};
  const auto* const row = std::ranges::find_if(kRows, [&](const Row& candidate) { return candidate.fits(look); });
  if (row == kRows.end()) {
    return {
        "",
        "no well-known mistake was recognised: look at what would have to wake these goroutines, and why it does not."};
  }
  return {row->name, row->advice};
}

std::vector<std::string_view> mistake_names() {
  std::vector<std::string_view> names;
  for (const Row& row : kRows) names.push_back(row.name);
  return names;
}

}  // namespace lf::detect
