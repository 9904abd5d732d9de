#include "cli/owners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lf::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> owners_of(std::string_view path, std::string_view lines) {
  return CodeOwners::parse(lines).of(path);
}
bool owned(std::string_view path, std::string_view pattern) {
  return !owners_of(path, std::string(pattern) + " @a").empty();
}

TEST(CodeOwners, TakeTheLastLineThatMatches) {
  EXPECT_THAT(owners_of("orders/db.go", "* @all\n/orders/ @orders bob@example.org\n/web/ @web\n"),
              ElementsAre("@orders", "bob@example.org"));
}
TEST(CodeOwners, AreNobodyAfterALineWithoutNames) {
  EXPECT_THAT(owners_of("api/x.pb.go", "* @all\n*.pb.go\n"), IsEmpty());
}
TEST(CodeOwners, PassOverCommentsAndHeadings) {
  EXPECT_THAT(owners_of("a.go", "# * @x\r\n[Section] @y\r\n^[Optional]\r\n\r\n*.go @z # the team\r\n"),
              ElementsAre("@z"));
}
TEST(CodeOwners, MatchANameAtAnyDepth) {
  EXPECT_TRUE(owned("a/b/c.go", "*.go"));
  EXPECT_TRUE(owned("a/logs/x/y.txt", "logs"));
  EXPECT_TRUE(owned("a/logs/x/y.txt", "logs/"));
  EXPECT_FALSE(owned("a/logs", "logs/"));
  EXPECT_FALSE(owned("a/catalogs/x", "logs"));
}
TEST(CodeOwners, AnchorWhatHasASlash) {
  EXPECT_TRUE(owned("build/logs/x", "/build/logs/"));
  EXPECT_TRUE(owned("build/logs/x", "build/logs"));
  EXPECT_FALSE(owned("a/build/logs/x", "build/logs"));
  EXPECT_FALSE(owned("a/x.go", "/x.go"));
}
TEST(CodeOwners, LetAStarAtTheEndTakeOneLevelOnly) {
  EXPECT_TRUE(owned("docs/a.md", "docs/*"));
  EXPECT_FALSE(owned("docs/b/a.md", "docs/*"));
}
TEST(CodeOwners, LetTwoStarsCrossFolders) {
  EXPECT_TRUE(owned("a/b/c/test/x.go", "a/**/test/"));
  EXPECT_TRUE(owned("a/test/x.go", "a/**/test/"));
  EXPECT_TRUE(owned("a/b/x.go", "a/**"));
  EXPECT_FALSE(owned("b/x.go", "a/**"));
}
TEST(CodeOwners, MatchLongNamesInShortTime) {
  EXPECT_FALSE(owned(std::string(3000, 'a'), "*a*a*a*a*a*a*a*a*a*a*b"));
  std::string deep, pattern;
  for (int i = 0; i < 200; ++i) deep += "a/", pattern += "**/a/";
  EXPECT_FALSE(owned(deep + "x", pattern + "b"));
}

Report with_finding(const SourceLine& site, const SourceLine& creator) {
  Report report;
  Finding& finding = report.findings.emplace_back();
  finding.site = site;
  finding.creator = creator;
  return report;
}
SourceLine in(const char* file) {
  return {TargetText("f"), TargetText(file), 1};
}

TEST(ApplyOwners, NamesTheOwnersOfTheSite) {
  Report report = with_finding(in("/src/app/orders/a.go"), in("/src/app/web/b.go"));
  apply_owners(CodeOwners::parse("/orders/ @orders\n/web/ @web"), "/src/app", report);
  EXPECT_THAT(report.findings[0].owners, ElementsAre(TargetText("@orders")));
}
TEST(ApplyOwners, NamesThoseOfTheCreatorWhereTheSiteIsSomebodyElses) {
  Report report = with_finding(in("/go/pkg/mod/github.com/x/y@v1.0.0/a.go"), in("/src/app/web/b.go"));
  apply_owners(CodeOwners::parse("* @web"), "/src/app", report);
  EXPECT_THAT(report.findings[0].owners, ElementsAre(TargetText("@web")));
}
TEST(ApplyOwners, NamesNobodyOutsideTheSources) {
  Report report = with_finding(in("/elsewhere/a.go"), in("/elsewhere/b.go"));
  apply_owners(CodeOwners::parse("* @all"), "/src/app", report);
  EXPECT_THAT(report.findings[0].owners, IsEmpty());
}

}  // namespace
}  // namespace lf::cli
