#pragma once

#include <map>
#include <string>

namespace lf::report {

/// The scalars of a JSON text by their path ("findings/0/id" → "1f0e…"; numbers as written, null as "null"); objects
/// and arrays have their number of members under "path#". For tests of what this room writes. Has the key "error"
/// only, where the text is no JSON, holds bad UTF-8, or an object has a key twice.
std::map<std::string, std::string> parsed_json(const std::string& text);

}  // namespace lf::report
