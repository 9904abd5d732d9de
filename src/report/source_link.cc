#include "report/source_link.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/format.h"
#include "report/escape.h"

namespace lf::report {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// The module cache writes capitals as "!" and the small letter (golang.org/ref/mod, "Module proxies").
std::string without_case_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '!' && i + 1 < text.size() && text[i + 1] >= 'a' && text[i + 1] <= 'z';
    out += escaped ? static_cast<char>(text[++i] - 'a' + 'A') : text[i];
  }
  return out;
}

bool climbs(std::string_view path) {
  const std::vector<std::string_view> segments = split(path, '/');
  return std::ranges::any_of(segments, [](std::string_view segment) { return segment == ".." || segment == "."; });
}

/// A module's file: "github.com/x/y/sub", "v1.2.3", "dir/f.go".
struct ModuleFile {
  std::string module, version, path;
};

std::optional<ModuleFile> module_file(std::string_view file) {
  constexpr std::string_view kCache = "/pkg/mod/";
  if (const std::size_t cache = file.find(kCache); cache != std::string_view::npos) {
    file.remove_prefix(cache + kCache.size());
  }
  const std::size_t at = file.find("@v");
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const std::size_t slash = file.find('/', at);
  if (slash == std::string_view::npos || slash + 1 == file.size()) return std::nullopt;
  ModuleFile found{without_case_escapes(file.substr(0, at)), without_case_escapes(file.substr(at + 1, slash - at - 1)),
                   std::string(file.substr(slash + 1))};
  if (climbs(found.module) || climbs(found.path)) return std::nullopt;
  return found;
}

/// A pseudo-version's commit ("v0.0.0-20230101120000-abcdef123456"), else empty.
std::string_view commit_of(std::string_view version) {
  const std::size_t dash = version.rfind('-');
  if (dash == std::string_view::npos || dash < 14) return {};
  const std::string_view commit = version.substr(dash + 1);
  if (commit.size() != 12 || commit.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  return all_digits(version.substr(dash - 14, 14)) ? commit : std::string_view();
}

/// Where a module's repository is: a known host, its path there, the module's folder in it.
struct Repository {
  std::string host, path, folder;
};

/// Hosts whose modules live elsewhere: "golang.org/x/NAME" at github.com/golang/NAME.
struct Alias {
  std::string_view prefix, repository;
};
constexpr std::array kAliases{
    Alias{"golang.org/x/", "github.com/golang/"},
    Alias{"go.uber.org/", "github.com/uber-go/"},
    Alias{"k8s.io/", "github.com/kubernetes/"},
    Alias{"sigs.k8s.io/", "github.com/kubernetes-sigs/"},
    Alias{"google.golang.org/grpc", "github.com/grpc/grpc-go"},
    Alias{"google.golang.org/protobuf", "github.com/protocolbuffers/protobuf-go"},
    Alias{"go.etcd.io/", "github.com/etcd-io/"},
    Alias{"go.opentelemetry.io/otel", "github.com/open-telemetry/opentelemetry-go"},
};

/// gopkg.in/NAME.vN is github.com/go-NAME/NAME, gopkg.in/USER/NAME.vN is github.com/USER/NAME.
std::string from_gopkg(std::string_view rest) {
  const std::size_t version = rest.rfind(".v");
  if (version == std::string_view::npos || !all_digits(rest.substr(version + 2))) return {};
  const std::string_view name = rest.substr(0, version);
  return name.find('/') == std::string_view::npos ? format("github.com/go-{}/{}", name, name)
                                                  : format("github.com/{}", name);
}

std::string without_alias(const std::string& module) {
  constexpr std::string_view kGopkg = "gopkg.in/";
  if (module.starts_with(kGopkg)) return from_gopkg(std::string_view(module).substr(kGopkg.size()));
  for (const Alias& alias : kAliases) {
    if (!module.starts_with(alias.prefix)) continue;
    const std::string_view rest = std::string_view(module).substr(alias.prefix.size());
    if (alias.prefix.ends_with('/') || rest.empty() || rest.starts_with('/'))
      return format("{}{}", alias.repository, rest);
  }
  return module;
}

std::optional<Repository> repository_of(const std::string& module) {
  const std::string path = without_alias(module);
  std::vector<std::string_view> segments = split(path, '/');
  // A major version is no folder, though it may be one: most repositories keep it on a branch.
  if (segments.size() > 3 && segments.back().starts_with('v') && all_digits(segments.back().substr(1))) {
    segments.pop_back();
  }
  constexpr std::array<std::string_view, 3> kHosts{"github.com", "gitlab.com", "bitbucket.org"};
  if (segments.size() < 3 || std::ranges::find(kHosts, segments[0]) == kHosts.end()) return std::nullopt;
  Repository found{std::string(segments[0]), format("{}/{}", segments[1], segments[2]), {}};
  for (std::size_t i = 3; i < segments.size(); ++i) found.folder += format("{}/", segments[i]);
  return found;
}

std::string line_link(const Repository& repository, std::string_view reference, std::string_view path,
                      std::uint32_t line) {
  const bool gitlab = repository.host == "gitlab.com";
  const bool bitbucket = repository.host == "bitbucket.org";
  std::string out = format("https://{}/{}/{}/{}/{}", repository.host, for_uri_path(repository.path),
                           gitlab      ? "-/blob"
                           : bitbucket ? "src"
                                       : "blob",
                           for_uri_path(reference), for_uri_path(path));
  if (line != 0) out += format("#{}{}", bitbucket ? "lines-" : "L", line);
  return out;
}

std::string module_link(const SourceLine& place) {
  const std::optional<ModuleFile> file = module_file(place.file.raw());
  if (!file) return {};
  const std::optional<Repository> repository = repository_of(file->module);
  if (!repository) return {};
  std::string version = file->version;
  if (const std::size_t suffix = version.find("+incompatible"); suffix != std::string::npos) version.erase(suffix);
  const std::string_view commit = commit_of(version);
  const std::string reference = commit.empty() ? repository->folder + version : std::string(commit);
  return line_link(*repository, reference, repository->folder + file->path, place.line);
}

/// The standard library: a package path without a dot in its first segment, a file "…/src/PACKAGE/f.go" or, with
/// -trimpath, "PACKAGE/f.go".
std::string standard_link(const SourceLine& place, std::string_view go_version) {
  const std::string_view digits = go_version.substr(std::min<std::size_t>(2, go_version.size()));
  if (!go_version.starts_with("go1.") || digits.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  const std::string_view function = place.function.raw();
  const std::size_t slash = function.rfind('/', function.find('('));
  const std::size_t dot = function.find('.', slash == std::string_view::npos ? 0 : slash);
  if (dot == std::string_view::npos) return {};
  const std::string_view package = function.substr(0, dot);
  if (package.empty() || package == "main" || package.substr(0, package.find('/')).contains('.')) return {};
  const std::string_view file = place.file.raw();
  const std::size_t name = file.rfind('/');
  if (name == std::string_view::npos) return {};
  const std::string_view folder = file.substr(0, name);
  const std::string in_sources = format("/src/{}", package);
  if (folder != package && !folder.ends_with(in_sources)) return {};
  if (climbs(package)) return {};
  return line_link({"github.com", "golang/go", {}}, go_version, format("src/{}/{}", package, file.substr(name + 1)),
                   place.line);
}

std::string template_link(const SourceLine& place, const Style& style) {
  const TargetText file = relative_file(place.file, style.source_root);
  if (!style.source_root.empty() && !is_relative(file)) return {};
  std::string path = for_uri_path(file);
  if (climbs(file.raw())) return {};
  const std::string& source = style.source_url;
  // A template that ends its own part with a slash, or a path that begins with one: one slash between them.
  if (path.starts_with('/') && source.contains("/{file}")) path.erase(0, 1);
  std::string out;
  for (std::size_t at = 0; at < source.size();) {
    const std::string_view rest = std::string_view(source).substr(at);
    if (rest.starts_with("{file}")) {
      out += path;
      at += 6;
    } else if (rest.starts_with("{line}")) {
      out += format("{}", place.line);
      at += 6;
    } else {
      out += source[at++];
    }
  }
  return out;
}

}  // namespace

TargetText relative_file(const TargetText& file, std::string_view source_root) {
  while (source_root.size() > 1 && source_root.ends_with('/')) source_root.remove_suffix(1);
  const std::string_view path = file.raw();
  if (source_root.empty() || !path.starts_with(source_root)) return file;
  std::string_view rest = path.substr(source_root.size());
  if (!rest.starts_with('/') && !source_root.ends_with('/')) return file;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  return rest.empty() ? file : TargetText(rest);
}

bool is_relative(const TargetText& file) {
  const std::string_view path = file.raw();
  const bool drive = path.size() > 1 && path[1] == ':';
  return !path.empty() && !path.starts_with('/') && !path.starts_with('\\') && !drive;
}

std::string source_link(const SourceLine& place, const Style& style, const TargetText& go_version) {
  if (place.file.empty()) return {};
  if (std::string link = module_link(place); !link.empty()) return link;
  if (std::string link = standard_link(place, go_version.raw()); !link.empty()) return link;
  return style.source_url.empty() ? std::string() : template_link(place, style);
}

}  // namespace lf::report
