#include "report/parsed_json.h"

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>
#include <rapidjson/reader.h>

#include "base/format.h"

namespace lf::report {
namespace {

/// rapidjson's events, kept by path. (Its document does not compile with clang 19.)
class Collector : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Collector> {
 public:
  // NOLINTBEGIN(readability-identifier-naming): rapidjson's names
  bool Default() { return keep("null"); }
  bool Bool(bool value) { return keep(value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) { return keep({text, length}); }
  bool String(const char* text, rapidjson::SizeType length, bool) { return keep({text, length}); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    open_.back().key.assign(text, length);
    return !values.contains(path()) && !values.contains(path() + "#");
  }
  bool StartObject() { return open(false); }
  bool EndObject(rapidjson::SizeType count) { return close(count); }
  bool StartArray() { return open(true); }
  bool EndArray(rapidjson::SizeType count) { return close(count); }
  // NOLINTEND(readability-identifier-naming)

  std::map<std::string, std::string> values;

 private:
  struct Level {
    bool array;
    std::size_t next;
    std::string key;
  };

  std::string path() const {
    std::string out;
    for (const Level& level : open_) {
      out += format("{}{}", out.empty() ? "" : "/", level.array ? format("{}", level.next) : level.key);
    }
    return out;
  }
  void pass() {
    if (!open_.empty() && open_.back().array) ++open_.back().next;
  }
  bool keep(std::string value) {
    values[path()] = std::move(value);
    pass();
    return true;
  }
  bool open(bool array) {
    open_.push_back({array, 0, {}});
    return true;
  }
  bool close(rapidjson::SizeType count) {
    open_.pop_back();
    values[path() + "#"] = format("{}", count);
    pass();
    return true;
  }
  std::vector<Level> open_;
};

}  // namespace

std::map<std::string, std::string> parsed_json(const std::string& text) {
  Collector collector;
  rapidjson::Reader reader;
  rapidjson::StringStream stream(text.c_str());
  constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  if (!reader.Parse<kFlags>(stream, collector)) return {{"error", "no JSON"}};
  return collector.values;
}

namespace {

TEST(ParsedJson, KeepsScalarsByTheirPath) {
  const std::map<std::string, std::string> expected{{"#", "2"},    {"a#", "2"},    {"a/0", "1.50"},
                                                    {"a/1#", "1"}, {"a/1/b", "x"}, {"c", "true"}};
  EXPECT_EQ(parsed_json(R"({"a": [1.50, {"b": "x"}], "c": true})"), expected);
}
TEST(ParsedJson, RefusesWhatIsNoJson) {
  for (const char* text : {"", "{", "{\"a\":1,\"a\":2}", "[1]x", "\"\xFF\""}) {
    EXPECT_TRUE(parsed_json(text).contains("error")) << text;
  }
}

}  // namespace
}  // namespace lf::report
