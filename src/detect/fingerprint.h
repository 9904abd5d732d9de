#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"

namespace lf::detect {

/// `function` as it stays across rebuilds: closure numbers, wrappers and type arguments are taken out, so that
/// `main.serve.func2.1` and `main.serve.func5.3` are both `main.serve.func`, and `main.(*Pool[...]).run` stays.
std::string normalise_function(std::string_view function);

/// The stable id of a finding: 16 hex digits of rule, site function and creator function, all normalised. Lines,
/// counts, addresses and goroutine ids do not enter.
std::string fingerprint(std::string_view rule, std::string_view site_function, std::string_view creator_function);

/// Gives findings that share an id (two closures of one function with one creator, whose numbers a rebuild may change)
/// an id each: the first of them in the source keeps it, the others get one made of it and of their place among them.
/// Their order is by line of site and of creator, so that it stays when lines drift. Ids that are unique stay.
void number_twins(std::vector<Finding>& findings);

}  // namespace lf::detect
