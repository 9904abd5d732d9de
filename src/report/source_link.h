#pragma once

#include <string>
#include <string_view>

#include "model/finding.h"
#include "report/report_writer.h"

namespace lf::report {

/// `file` relative to `source_root` where it lies under it, else as it is.
TargetText relative_file(const TargetText& file, std::string_view source_root);

/// Whether `file` is no absolute path: on its own, or because `relative_file` made it so.
bool is_relative(const TargetText& file);

/// The address of a source line on the web; empty where none is known.
///
/// A file of a versioned module (`…/pkg/mod/github.com/x/y@v1.2.3/f.go`, or the same with -trimpath) is linked to its
/// tag or commit at GitHub, GitLab or Bitbucket; one of the standard library to the tag of `go_version`; any other by
/// `style.source_url`, where {file} (relative to `style.source_root`) and {line} are filled in. What comes from the
/// target is percent-encoded; the host never comes from it, but from a list.
///
/// Source: golang.org/ref/mod (module paths, versions, escaping), pkg/mod layout of Go 1.18 to 1.27.
std::string source_link(const SourceLine& place, const Style& style, const TargetText& go_version);

}  // namespace lf::report
