#include <memory>
#include <tuple>
#include <utility>

#include "base/format.h"
#include "cli/command_look.h"
#include "detect/patterns.h"

// filter, and the -label flag that every command knows: what is left out before anything is counted.

namespace lf::cli {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

std::vector<detect::PatternSpec> specs(const std::vector<std::string>& patterns) {
  std::vector<detect::PatternSpec> result;
  for (const std::string& pattern : patterns) result.push_back({pattern, {}});
  return result;
}

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + visible(item);
  return text;
}

Result<detect::GoroutineFilter> compile_filter(const Options& options) {
  detect::GoroutineFilter filter;
  for (const auto& [patterns, on, member] :
       {std::tuple(&options.filter_func, detect::MatchOn::kName, &detect::GoroutineFilter::functions),
        std::tuple(&options.filter_pkg, detect::MatchOn::kPackage, &detect::GoroutineFilter::packages),
        std::tuple(&options.exclude_patterns, detect::MatchOn::kFunctionAndFile, &detect::GoroutineFilter::excluded)}) {
    Result<detect::PatternSet> compiled = detect::PatternSet::compile(specs(*patterns), on);
    if (!compiled) return std::unexpected(std::move(compiled.error()));
    filter.*member = std::move(*compiled);
  }
  return filter;
}

void add_criterion(pipeline::LookOptions& look, std::string name, const std::vector<std::string>& patterns) {
  if (!patterns.empty()) look.criteria.emplace_back(std::move(name), joined(patterns));
}

Labels wanted_labels(const Options& options) {
  Labels labels;
  for (const std::string& label : options.label) {
    const std::size_t equals = label.find('=');
    labels.emplace_back(label.substr(0, equals), label.substr(equals + 1));
  }
  return labels;
}

}  // namespace

Result<void> set_filter(const Run& run, const Symbols& symbols, bool with_patterns, pipeline::LookOptions& look) {
  const Options& options = run.options();
  auto filter = std::make_shared<detect::GoroutineFilter>();
  if (with_patterns) {
    Result<detect::GoroutineFilter> compiled = compile_filter(options);
    if (!compiled) return std::unexpected(std::move(compiled.error()));
    *filter = std::move(*compiled);
    add_criterion(look, "function", options.filter_func);
    add_criterion(look, "package", options.filter_pkg);
    add_criterion(look, "excluded", options.exclude_patterns);
  }
  add_criterion(look, "label", options.label);
  const Labels labels = wanted_labels(options);
  if (!with_patterns && labels.empty()) return {};
  look.filter = [filter, labels, &symbols](GoroutineProfile& profile) {
    if (!filter->empty()) detect::apply_filter(symbols, *filter, profile);
    if (!labels.empty()) detect::keep_labelled(symbols, labels, profile);
  };
  return {};
}

Result<int> run_filter(Run& run) {
  return run_look(run, {.name = "filter",
                        .samples = 1,
                        .identities = true,
                        .filters = true,
                        .save = {.analysis = "filtered_analysis"},
                        .prepare = [](const Run&, pipeline::LookOptions& look) -> Result<void> {
                          look.plan.memory = look.detect.memory = false;
                          return {};
                        }});
}

}  // namespace lf::cli
