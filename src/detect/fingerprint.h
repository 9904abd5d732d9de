#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"

namespace lf::detect {

/// `function` as it stays across rebuilds: closure numbers, wrappers and type arguments are taken out, so that
/// `main.serve.func2.1` and `main.serve.func5.3` are both `main.serve.func`, and `main.(*Pool[...]).run` stays.
std::string normalise_function(std::string_view function);

/// The stable id of a leak: "f3a81c77e012-5b01d9", of its kind and site and, where it is known, of its creator, the
/// functions normalised. Rule, lines, counts, addresses and goroutine ids do not enter, so that a leak keeps its id
/// from the first crowd to the proof. A finding without a site is of its rule; what a verification found is a kind of
/// its own.
std::string fingerprint(const Finding& finding);

/// Whether two ids are of one leak: a form without creators has the id of the site alone.
bool same_leak(std::string_view id, std::string_view other);

/// How well an id fits another one, worst first.
enum class IdFit : std::uint8_t {
  kNone,
  kAnotherTwin,  ///< of those that share kind, site and creator, which are numbered, another one
  kSameTwin,     ///< a form without creators
  kSame,
};
IdFit fit_of(std::string_view id, std::string_view other);

/// Gives findings that share an id (two closures of one function with one creator, whose numbers a rebuild may change)
/// an id each: the first of them in the source keeps it, the others get their place among them behind it, ".2".
/// Their order is by line of site and of creator, so that it stays when lines drift. Ids that are unique stay.
void number_twins(std::vector<Finding>& findings);

}  // namespace lf::detect
