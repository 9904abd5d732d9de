#include "report/html.h"

#include <string>

#include "base/format.h"
#include "report/html_parts.h"
#include "report/json_parts.h"

// The file, from top to bottom:
//
//   <head>      a content security policy that names the script and the style by their hashes, and allows nothing else
//   <style>     of the page
//   <noscript>  verdict and findings as plain markup, for readers without JavaScript
//   <script type="application/json" id="report">   the report, schema leakfinder/report/v1, without the sites' stacks
//   <script type="application/json" id="profile">  numbered frames with their links; stacks and series of numbers
//   <script>    of the page; it makes elements of texts, never of markup
//
// A block of JSON ends at the first "</script", and is read differently after "<!--": no "<" reaches it as it is.

namespace lf::report {
namespace {

/// JSON on its way into a script element.
class ScriptSink final : public Sink {
 public:
  explicit ScriptSink(Sink& sink) : sink_(sink) {}
  [[nodiscard]] Result<void> write(std::string_view text) override {
    std::string safe;
    safe.reserve(text.size());
    // Outside strings JSON has no "<", so that the escape always stands inside one.
    for (const char c : text) {
      if (c == '<') {
        safe += "\\u003c";
      } else {
        safe += c;
      }
    }
    return sink_.write(safe);
  }

 private:
  Sink& sink_;
};

/// Writes in turn, and nothing more after a failure.
class Writing {
 public:
  explicit Writing(Sink& sink) : sink_(sink) {}
  void put(std::string_view text) {
    if (result_) result_ = sink_.write(text);
  }
  template <class Write>
  void put_json(std::string_view id, Write write) {
    put(format("<script type=\"application/json\" id=\"{}\">", id));
    if (!result_) return;
    ScriptSink safe(sink_);
    JsonWriter out(safe, JsonLayout::kCompact);
    write(out);
    result_ = out.finish();
    put("</script>\n");
  }
  const Result<void>& result() const { return result_; }

 private:
  Sink& sink_;
  Result<void> result_;
};

std::string head(const Report& report, const PageAssets& assets) {
  return format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      assets.script_hash, assets.style_hash, for_html(html_title(report)), assets.style);
}

}  // namespace

Result<void> write_html_page(const Report& report, const Style& style, const PageAssets& assets, Sink& sink) {
  if (!assets.built()) return fail(ErrorCode::kUnsupported, std::string(kHtmlLeftOut));
  Writing out(sink);
  out.put(head(report, assets));
  out.put("<noscript>\n");
  out.put(html_summary(report));
  out.put("</noscript>\n<div id=\"page\"></div>\n");
  out.put_json("report", [&](JsonWriter& json) { write_json_report(json, report, SiteStacks::kLeftOut); });
  out.put_json("profile", [&](JsonWriter& json) { write_page_profile(json, report, style); });
  out.put("<script>");
  out.put(assets.script);
  out.put("</script>\n</body>\n</html>\n");
  return out.result();
}

Result<void> write_html(const Report& report, const Style& style, Sink& sink) {
  return write_html_page(report, style, page_assets(), sink);
}

}  // namespace lf::report
