#include "detect/mistakes.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/format.h"
#include "detect/fingerprint.h"
#include "detect/lock_graph.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

/// What the table's rows may look at.
struct Look {
  const Context& context;
  const Group& group;
  const GroupFacts& facts;
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
  bool knows_starters() const { return group.identified && facts.growth.starters > 0; }
  /// Whether no goroutine that is left runs the function that started these, so that it has returned.
  bool starter_returned() const { return group.creator && !facts.starter_runs; }
  /// Whether the starters have ended and left two or more each, on average; one that lives may have started each of
  /// its own in a call of its own.
  bool several_each() const {
    const Growth& growth = facts.growth;
    return knows_starters() && growth.orphans == growth.last() && growth.starters * 2 <= growth.last();
  }
  bool one_each() const { return knows_starters() && facts.growth.starters * 5 >= facts.growth.last() * 4; }
  /// Whether they have waited for whole minutes without a break, as no ticker's loop does.
  bool waits_for_minutes() const { return group.identified && group.wait_min >= 1; }
};

struct Row {
  std::array<std::string_view, 5> candidates;  ///< the likeliest first; empty names end the list
  bool (*fits)(const Look&);
  std::string_view unsure;
  std::string_view fix;
};

// The first row that fits names the mistake.
constexpr std::array kRows{
    Row{{"lock cycle"},
        [](const Look& look) { return look.knot == LockKnot::kCycle; },
        "",
        "take these locks in one order everywhere, or hold only one at a time.\n"
        "call out of the locked region: copy what is needed, unlock, then call."},
    Row{{"double lock"},
        [](const Look& look) { return look.knot == LockKnot::kDoubleLock; },
        "",
        "a method that holds the lock calls one that takes it again; Go's mutexes do not nest.\n"
        "split it: an exported method that locks, and an inner one that expects the lock held."},
    Row{{"recursive read lock"},
        [](const Look& look) { return look.knot == LockKnot::kStarvedWriter; },
        "",
        "a reader that takes RLock again waits behind the writer that waits for it.\n"
        "take RLock once, at the outermost call; pass on what was read."},
    Row{{"stuck workers"},
        [](const Look& look) { return look.knot == LockKnot::kStuckWorkers; },
        "",
        "Wait returns when the workers do; they are stuck (see the consequences).\n"
        "free the workers first: give what they block on a receiver, a buffer or a context."},
    Row{{"lock held while blocked"},
        [](const Look& look) { return look.knot == LockKnot::kStuckHolder; },
        "",
        "somebody waits on a channel or another lock while holding this one.\n"
        "unlock before blocking, or give the wait a timeout or a context."},
    Row{{"lock held during I/O"},
        [](const Look& look) { return look.knot == LockKnot::kHolderInNetwork; },
        "",
        "somebody waits for the network or a system call while holding this lock, and all others wait for him.\n"
        "set a deadline for it (SetWriteDeadline, a context), or unlock before and hand the data over."},
    Row{{"unclosed response body"},
        [](const Look& look) {
          return look.in(StateClass::kSelect) && look.on_stack("net/http.(*persistConn).readLoop");
        },
        "",
        "close every response's body: `defer resp.Body.Close()` right after the error check.\n"
        "read it to the end (`io.Copy(io.Discard, resp.Body)`) so that the connection is used again."},
    Row{{"client connections not shared"},
        [](const Look& look) {
          return look.on_stack("net/http.(*persistConn).readLoop") ||
                 look.on_stack("net/http.(*persistConn).writeLoop");
        },
        "",
        "use one http.Client and one Transport for the whole process.\n"
        "call CloseIdleConnections on transports that are given up."},
    Row{{"rows not closed"},
        [](const Look& look) {
          return look.on_stack("database/sql.(*DB).conn(") || look.on_stack("database/sql.(*DB).conn");
        },
        "",
        "the pool is used up: `defer rows.Close()` after every Query, end every Tx with Commit or Rollback.\n"
        "pass a context with a timeout, so that waiting for a connection ends."},
    Row{{"transaction not ended"},
        [](const Look& look) { return look.on_stack("database/sql.(*Tx).awaitDone"); },
        "",
        "end every transaction: `defer tx.Rollback()` right after BeginTx, Commit at the end.\n"
        "cancel the context that BeginTx was given."},
    Row{{"context not cancelled"},
        [](const Look& look) { return look.on_stack("context.(*cancelCtx).propagateCancel"); },
        "",
        "call the cancel function of every WithCancel, WithTimeout, WithDeadline: `defer cancel()`.\n"
        "parents of a foreign Context type cost one goroutine a child until then."},
    Row{{"request without a timeout"},
        [](const Look& look) {
          return look.on_stack("net/http.(*persistConn).roundTrip") || look.on_stack("net/http.(*Transport).roundTrip");
        },
        "",
        "give the request a context with a timeout, or set http.Client.Timeout.\n"
        "a server that never answers holds the goroutine for ever otherwise."},
    Row{{"dial without a timeout"},
        [](const Look& look) { return look.on_stack("net.(*sysDialer)") || look.on_stack("net.(*Dialer)"); },
        "",
        "dial with a net.Dialer that has a Timeout, or with DialContext.\n"
        "the system's own limit is minutes."},
    Row{{"read without a deadline"},
        [](const Look& look) { return look.in(StateClass::kIo) && !look.on_stack("net.(*TCPListener)"); },
        "",
        "set a deadline before each read or write: conn.SetDeadline(time.Now().Add(limit)).\n"
        "close the connection when its peer or its context is gone: that wakes the goroutine."},
    Row{{"iterator not stopped"},
        [](const Look& look) { return look.in(StateClass::kCoroutine); },
        "",
        "call the stop function that iter.Pull returned: `defer stop()`.\n"
        "an iterator that was not run to its end keeps its goroutine."},
    Row{{"nil channel"},
        [](const Look& look) { return look.in(StateClass::kForever) && look.group.state != WaitState::kSelectNoCases; },
        "",
        "the channel was never made, or was set to nil; make it before the goroutine starts.\n"
        "context.Background().Done() is nil as well: pass a context that can be cancelled."},
    Row{{"empty select"},
        [](const Look& look) { return look.in(StateClass::kForever); },
        "",
        "`select {}` never returns; wait for a context or a done channel instead.\n"
        "only main may park like this."},
    Row{{"N-cast", "premature return", "timeout leak"},
        [](const Look& look) {
          return look.in(StateClass::kChanSend) && look.starter_returned() && look.several_each();
        },
        "each starter has ended and left several senders: one answer is read of many, or several calls gave up.",
        "give the channel room for every sender: `make(chan T, n)`; then no send waits.\n"
        "or let each send give up: `select { case ch <- v: case <-ctx.Done(): }`."},
    Row{{"premature return", "timeout leak", "double send"},
        [](const Look& look) {
          return look.in(StateClass::kChanSend) && look.starter_returned() && look.is_closure_of_creator() &&
                 look.one_each();
        },
        "each sender's starter has returned without receiving; by which way out is in no profile.",
        "give the channel room for the answer: `make(chan T, 1)`; then the send does not wait for a receiver.\n"
        "return after the first send, and let the starter wait for the answer on every path out."},
    Row{{"premature return", "timeout leak", "N-cast", "double send"},
        [](const Look& look) { return look.in(StateClass::kChanSend) && look.starter_returned(); },
        "the starter has returned without receiving; how many it started, and by which way out, is not known.",
        "give the channel room for every sender: `make(chan T, n)`; then no send waits.\n"
        "or let each send give up: `select { case ch <- v: case <-ctx.Done(): }`."},
    Row{{"missing receiver", "N-cast", "double send"},
        [](const Look& look) { return look.in(StateClass::kChanSend) && look.group.creator.value != 0; },
        "what started the senders still runs, so that the receiver may have ended, or takes fewer than are sent.",
        "let each send give up: `select { case ch <- v: case <-ctx.Done(): }`.\n"
        "end the senders before their receiver, and send exactly as often as is received."},
    Row{{"missing receiver", "premature return", "timeout leak", "N-cast", "double send"},
        [](const Look& look) { return look.in(StateClass::kChanSend); },
        "this profile does not tell who started the senders; debug=2 does.",
        "give the channel room for every sender: `make(chan T, n)`; then no send waits.\n"
        "or let each send give up: `select { case ch <- v: case <-ctx.Done(): }`."},
    Row{{"loop without a stop"},
        [](const Look& look) { return look.in(StateClass::kSleep); },
        "",
        "the loop sleeps and goes on for ever; each start adds one.\n"
        "wait with a timer in a select with ctx.Done(), and cancel when the owner is done."},
    Row{{"missing Done"},
        [](const Look& look) { return look.in(StateClass::kWaitGroup); },
        "",
        "Add was called more often than Done: `defer wg.Done()` as the goroutine's first line.\n"
        "call Add before `go`, not inside the goroutine."},
    Row{{"missed signal"},
        [](const Look& look) { return look.in(StateClass::kCond); },
        "",
        "nobody signals this Cond any more; Broadcast when the owner closes.\n"
        "check the condition in a loop under the lock, and change it under the lock."},
    Row{{"lock never released"},
        [](const Look& look) { return look.in(StateClass::kLock); },
        "",
        "somebody took the lock and did not let go: `defer mu.Unlock()` right after Lock.\n"
        "look for returns and panics between Lock and Unlock."},
    Row{{"unclosed range", "missing send"},
        [](const Look& look) { return look.in(StateClass::kChanReceive) && look.waits_for_minutes(); },
        "range and single receive look alike in a dump; no ticker, which would have woken them within the minute.",
        "the sender should `close(ch)` when it is done, on every path: `defer close(ch)`.\n"
        "or receive in a select with ctx.Done()."},
    Row{{"unclosed range", "missing send", "unstopped ticker"},
        [](const Look& look) { return look.in(StateClass::kChanReceive); },
        "range, single receive and the wait for a tick look alike here.",
        "the sender should `close(ch)` when it is done, on every path: `defer close(ch)`.\n"
        "of a Ticker: leave the loop by ctx.Done(), for Stop does not close its channel."},
    Row{{"start without stop", "context not cancelled"},
        [](const Look& look) { return look.in(StateClass::kSelect) && look.waits_for_minutes(); },
        "which arms the select has is in no profile; no ticker, which would have woken them within the minute.",
        "call the stop method of what was started, or close its done channel, on every path.\n"
        "call every cancel function: `defer cancel()` right after context.WithCancel."},
    Row{{"start without stop", "context not cancelled", "unstopped ticker"},
        [](const Look& look) { return look.in(StateClass::kSelect); },
        "which arms the select has is in no profile.",
        "call the stop method of what was started, or close its done channel, on every path.\n"
        "call every cancel function: `defer cancel()` right after context.WithCancel."},
};

Mistake mistake_of(const Row& row) {
  Mistake mistake{{}, row.unsure, row.fix};
  std::ranges::copy_if(row.candidates, std::back_inserter(mistake.candidates),
                       [](std::string_view name) { return !name.empty(); });
  return mistake;
}

}  // namespace

std::string Mistake::resembles() const {
  std::string out = candidates.size() > 1 ? "one of: " : "";
  for (const std::string_view name : candidates) {
    if (name != candidates.front()) out += ", ";
    out += name;
  }
  return out;
}

std::string Mistake::advice() const {
  return unsure.empty() ? std::string(fix) : format("{}\nnot certain which of these mistakes it is: {}", fix, unsure);
}

Mistake name_mistake(const Context& context, std::uint32_t group) {
  const Look look{context, context.series.groups[group], context.groups[group], context.locks.parts[group].knot};
  const auto* const row = std::ranges::find_if(kRows, [&](const Row& candidate) { return candidate.fits(look); });
  if (row == kRows.end()) {
    return {{},
            {},
            "no well-known mistake was recognised: unsure.\n"
            "look at what would have to wake these goroutines, and why it does not."};
  }
  return mistake_of(*row);
}

std::vector<Mistake> all_mistakes() {
  std::vector<Mistake> all;
  for (const Row& row : kRows) all.push_back(mistake_of(row));
  return all;
}

}  // namespace lf::detect
