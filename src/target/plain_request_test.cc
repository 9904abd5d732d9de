#include "target/plain_request.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "target/testing/http_client.h"
#include "target/transports.h"

namespace lf::target {
namespace {

using testing::spec_of;

TEST(PlainRequest, ResolvesDots) {
  for (const auto& [path, clean] : std::vector<std::pair<std::string, std::string>>{{"/a/b", "/a/b"},
                                                                                    {"/", "/"},
                                                                                    {"/a/./b", "/a/b"},
                                                                                    {"/a/../b", "/b"},
                                                                                    {"/../../b", "/b"},
                                                                                    {"/a/b/..", "/a/"},
                                                                                    {"/a/b/.", "/a/b/"},
                                                                                    {"/a//../b", "/a/b"},
                                                                                    {"/a/...", "/a/..."},
                                                                                    {"/a/%2e%2e/b", "/a/%2e%2e/b"},
                                                                                    {"/a?x=/../y", "/a?x=/../y"},
                                                                                    {"/..?x", "/?x"}}) {
    EXPECT_EQ(without_dots(path), clean) << path;
  }
}

TEST(PlainRequest, HasAPathWhereTheAddressHasNone) {
  const auto url = TargetUrl::parse("http://127.0.0.1");
  const auto access = Access::prepare(spec_of("http://127.0.0.1"), *url);
  ASSERT_TRUE(access.has_value());
  EXPECT_TRUE(plain_request("http://127.0.0.1", {}, *access).starts_with("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
  EXPECT_TRUE(
      plain_request("http://[::1]:6060?x=y", {}, *access).starts_with("GET /?x=y HTTP/1.1\r\nHost: [::1]:6060\r\n"));
}

TEST(APlainTarget, IsHttpAtAnAddressInNumbersOrLocalhost) {
  const auto plain = [](const std::string& text, const std::string& proxy = "") {
    const auto url = TargetUrl::parse(text);
    TargetSpec spec = spec_of(text);
    spec.proxy = proxy;
    const auto access = Access::prepare(spec, *url);
    return url && access && can_go_plain(*url, *access);
  };
  for (const char* url : {"http://127.0.0.1:6060", ":6060", "localhost:6060", "http://[::1]:1/x", "10.1.2.3",
                          "http://user:password@127.0.0.1/prefix?token=x"}) {
    EXPECT_TRUE(plain(url)) << url;
    EXPECT_FALSE(plain(url, "http://127.0.0.1:3128")) << url;
  }
  for (const char* url : {"https://127.0.0.1", "unix:///run/app.sock", "http://app:6060", "http://x.localhost",
                          "http://127.1", "http://[fe80::1%25eth0]:80"}) {
    EXPECT_FALSE(plain(url)) << url;
  }
}

}  // namespace
}  // namespace lf::target
