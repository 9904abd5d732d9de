#include "report/source_link.h"

#include <gtest/gtest.h>

namespace lf::report {
namespace {

std::string link_of(const char* file, const char* function = "x.f", const Style& style = {},
                    const char* go_version = "go1.27.0") {
  return source_link({TargetText(function), TargetText(file), 42}, style, TargetText(go_version));
}

struct Row {
  const char* file;
  const char* link;
};

TEST(SourceLink, FollowsModulesToTheirTags) {
  constexpr Row kRows[] = {
      {"/home/a/go/pkg/mod/github.com/x/y@v1.2.3/d/f.go", "https://github.com/x/y/blob/v1.2.3/d/f.go#L42"},
      {"github.com/x/y@v1.2.3/f.go", "https://github.com/x/y/blob/v1.2.3/f.go#L42"},
      {"github.com/x/y/v2@v2.3.4/f.go", "https://github.com/x/y/blob/v2.3.4/f.go#L42"},
      {"github.com/x/y/sub/s3@v1.2.3/f.go", "https://github.com/x/y/blob/sub/s3/v1.2.3/sub/s3/f.go#L42"},
      {"github.com/!azure/y@v0.0.0-20230101120000-abcdef123456/f.go",
       "https://github.com/Azure/y/blob/abcdef123456/f.go#L42"},
      {"github.com/x/y@v2.0.0+incompatible/f.go", "https://github.com/x/y/blob/v2.0.0/f.go#L42"},
      {"gitlab.com/x/y@v1.0.0/f.go", "https://gitlab.com/x/y/-/blob/v1.0.0/f.go#L42"},
      {"bitbucket.org/x/y@v1.0.0/f.go", "https://bitbucket.org/x/y/src/v1.0.0/f.go#lines-42"},
      {"golang.org/x/sync@v0.7.0/errgroup/errgroup.go",
       "https://github.com/golang/sync/blob/v0.7.0/errgroup/errgroup.go#L42"},
      {"google.golang.org/grpc@v1.60.0/server.go", "https://github.com/grpc/grpc-go/blob/v1.60.0/server.go#L42"},
      {"gopkg.in/yaml.v3@v3.0.1/decode.go", "https://github.com/go-yaml/yaml/blob/v3.0.1/decode.go#L42"},
      {"gopkg.in/natefinch/lumberjack.v2@v2.2.1/l.go", "https://github.com/natefinch/lumberjack/blob/v2.2.1/l.go#L42"},
  };
  for (const Row& row : kRows) EXPECT_EQ(link_of(row.file), row.link);
}
TEST(SourceLink, FollowsTheStandardLibraryToItsRelease) {
  const char* link = "https://github.com/golang/go/blob/go1.27.0/src/net/http/server.go#L42";
  EXPECT_EQ(link_of("/usr/lib/go/src/net/http/server.go", "net/http.(*conn).serve"), link);
  EXPECT_EQ(link_of("net/http/server.go", "net/http.(*conn).serve"), link);
  EXPECT_EQ(link_of("/usr/lib/go/src/net/http/server.go", "net/http.(*conn).serve", {}, "devel go1.28-abc"), "");
  EXPECT_EQ(link_of("/src/app/main.go", "main.main"), "");
}
TEST(SourceLink, KnowsNoLinkForOtherHosts) {
  EXPECT_EQ(link_of("evil.example/x/y@v1.2.3/f.go"), "");
  EXPECT_EQ(link_of("/src/app/pool.go"), "");
  EXPECT_EQ(source_link({}, {}, {}), "");
}
TEST(SourceLink, FillsTheTemplateOfTheUser) {
  Style style;
  style.source_url = "https://git.example/app/blob/main/{file}#L{line}";
  style.source_root = "/src/app/";
  EXPECT_EQ(link_of("/src/app/d/pool.go", "main.f", style), "https://git.example/app/blob/main/d/pool.go#L42");
  EXPECT_EQ(link_of("/elsewhere/pool.go", "main.f", style), "");
  style.source_root.clear();
  EXPECT_EQ(link_of("/src/app/pool.go", "main.f", style), "https://git.example/app/blob/main/src/app/pool.go#L42");
}
TEST(SourceLink, EncodesWhatComesFromTheTarget) {
  EXPECT_EQ(link_of("github.com/x/y@v1.2.3/\"><script>.go"),
            "https://github.com/x/y/blob/v1.2.3/%22%3E%3Cscript%3E.go#L42");
  EXPECT_EQ(link_of("github.com/x/y@v1/../../../evil/f.go"), "");
  Style style;
  style.source_url = "https://git.example/{file}";
  EXPECT_EQ(link_of("a b?x=1#{line}", "main.f", style), "https://git.example/a%20b%3Fx%3D1%23%7Bline%7D");
  EXPECT_EQ(link_of("../../login", "main.f", style), "");
}
TEST(RelativeFile, TakesTheRootOffAtAFolder) {
  EXPECT_EQ(relative_file(TargetText("/src/app/a.go"), "/src/app").raw(), "a.go");
  EXPECT_EQ(relative_file(TargetText("/src/application/a.go"), "/src/app").raw(), "/src/application/a.go");
  EXPECT_EQ(relative_file(TargetText("/src/app/a.go"), "").raw(), "/src/app/a.go");
  EXPECT_EQ(relative_file(TargetText("/a.go"), "/").raw(), "a.go");
  EXPECT_EQ(relative_file(TargetText("/src/app"), "/src/app").raw(), "/src/app");
}
TEST(IsRelative, RefusesAbsolutePathsOfAnySystem) {
  EXPECT_TRUE(is_relative(TargetText("d/a.go")));
  for (const char* path : {"/a.go", "C:/a.go", "C:\\a.go", "\\\\host\\a.go", ""}) {
    EXPECT_FALSE(is_relative(TargetText(path))) << path;
  }
}

}  // namespace
}  // namespace lf::report
