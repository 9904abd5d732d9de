#include "detect/excuse.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/format.h"
#include "detect/come_and_stay.h"
#include "detect/patterns.h"
#include "detect/site.h"

namespace lf::detect {
namespace {

/// Whether what came is no more than a few connections that a client opens when it has more to do.
bool are_few(const Growth& growth) {
  constexpr std::uint64_t kFew = 10;
  constexpr double kShort = 60;
  return growth.last() - std::min(growth.first(), growth.last()) < kFew && growth.span_seconds < kShort;
}

bool serves_profiles(const Context& context, const Group& group) {
  return std::ranges::any_of(context.symbols.stack(group.stack), [&](FrameId frame) {
    const std::string_view package = package_of(context.symbols.function(frame));
    return package == "runtime/pprof" || package == "net/http/pprof";
  });
}

}  // namespace

Excuse excuse_of(const Context& context, std::uint32_t index) {
  const Group& group = context.series.groups[index];
  const GroupFacts& facts = context.groups[index];
  if (const std::string* why = context.safe->match(context.symbols, group.stack, group.creator)) {
    return {Verdict::kInfo,
            why->empty() ? "a safe pattern of yours matches" : "a safe pattern of yours matches: " + *why};
  }
  if (group.leaked > 0) return {};
  if (serves_profiles(context, group)) {
    return {Verdict::kInfo, "requests for profiles, from others than this look: their number is their askers'"};
  }
  if (facts.benign.empty()) {
    if (!facts.explained_by_load) return {};
    return {Verdict::kInfo, "they wait for the network, and goroutines that are alive have grown alike: this is load"};
  }
  const std::string known = format("an ordinary wait ({})", facts.benign);
  if (facts.explained_by_load) {
    return {Verdict::kInfo, known + ", and goroutines that are alive have grown alike: this is load"};
  }
  if (facts.number != BenignNumber::kConstant && are_few(facts.growth)) {
    return {facts.number == BenignNumber::kServerLoad ? Verdict::kInfo : Verdict::kSuspect,
            format("{}; so few more in {} are what load brings", known, span_in_words(facts.growth.span_seconds))};
  }
  if (facts.number == BenignNumber::kServerLoad && !facts.growth.seen_long_enough()) {
    return {Verdict::kInfo, known + "; in a moment clients come together by chance"};
  }
  if (facts.number == BenignNumber::kServerLoad) {
    return {Verdict::kSuspect,
            known + "; its growth is the clients': limit it with timeouts (IdleTimeout, ReadTimeout)"};
  }
  if (facts.number == BenignNumber::kClientLoad && !facts.growth.identified) {
    return {Verdict::kSuspect, known + "; without goroutine ids its growth cannot be told from load"};
  }
  return {Verdict::kLeak, known + ", but ordinary only while its number does not grow"};
}

}  // namespace lf::detect
