#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"

namespace lf::cli {

// Who owns a file, by the repository's CODEOWNERS:
//
//     # the last line that matches wins; a line without owners takes them away
//     *              @acme/platform
//     /orders/       @acme/orders alice@example.org
//     *.pb.go
//     docs/*         @acme/writers

/// The lines of one CODEOWNERS file, in its order.
///
/// A pattern with a slash before its end is anchored at the root, one without matches at any depth; it takes the
/// folders it names with all that is in them, but one that ends in "/*" what lies directly there only. `*` and `?` stop
/// at slashes, `**` does not. Section headings of GitLab are passed over.
///
/// Source: GitHub's "About code owners", GitLab's "Code Owners syntax"; gitignore(5) without `!` and `[ ]`.
class CodeOwners {
 public:
  /// Reads the text of a CODEOWNERS file. Lines that make no sense match nothing.
  static CodeOwners parse(std::string_view text);
  /// Reads the file where GitHub and GitLab look for it: .github, the root, docs, .gitlab. Nothing where there is none.
  static std::optional<CodeOwners> find(const std::string& source_root);

  /// The owners of `path`, which is relative to the root of the repository.
  const std::vector<std::string>& of(std::string_view path) const;

 private:
  struct Line {
    std::vector<std::string> segments;  ///< of the pattern, "**" first where it matches at any depth
    bool folders_only = false;
    bool with_contents = false;  ///< takes what lies below a folder that it matches
    std::vector<std::string> owners;

    bool matches(const std::vector<std::string_view>& path) const;
  };
  std::vector<Line> lines_;
};

/// Gives each finding of `report` the owners of the first of its places that lies in `source_root` and has any: the
/// site, then its stack from the leaf on, then the creator.
void apply_owners(const CodeOwners& owners, std::string_view source_root, Report& report);

}  // namespace lf::cli
