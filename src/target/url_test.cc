#include "target/url.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "target/testing/promises.h"

namespace lf::target {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Reading {
  std::string text;
  std::string goroutine_url;  ///< what is asked for goroutine?debug=2
  std::string vars_url;       ///< what is asked for debug/vars from the root
};

void PrintTo(const Reading& reading, std::ostream* out) {
  *out << reading.text;
}

/// Makes the name of a case: its number, and what of the text may stand in a name.
std::string name_of(std::size_t number, std::string_view text) {
  std::string name = std::to_string(number) + '_';
  for (const char c : text.substr(0, 60)) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
      name += c;
    } else if (name.back() != '_') {
      name += '_';
    }
  }
  return name;
}

class UrlForm : public ::testing::TestWithParam<Reading> {};

TEST_P(UrlForm, LeadsToTheProfilesAndToTheRoot) {
  const auto url = TargetUrl::parse(GetParam().text);
  ASSERT_TRUE(url.has_value()) << url.error().message;
  EXPECT_EQ(url->request_url({"goroutine?debug=2", false, {}}).value(), GetParam().goroutine_url);
  EXPECT_EQ(url->request_url({"debug/vars", true, {}}).value(), GetParam().vars_url);
}

INSTANTIATE_TEST_SUITE_P(
    All, UrlForm,
    ::testing::Values(
        Reading{"http://localhost:6060", "http://localhost:6060/debug/pprof/goroutine?debug=2",
                "http://localhost:6060/debug/vars"},
        Reading{"http://localhost:6060/", "http://localhost:6060/debug/pprof/goroutine?debug=2",
                "http://localhost:6060/debug/vars"},
        Reading{"HTTPS://Example.COM:443/debug/pprof", "https://example.com/debug/pprof/goroutine?debug=2",
                "https://example.com/debug/vars"},
        Reading{"http://h/admin/debug/pprof/goroutine?debug=2", "http://h/admin/debug/pprof/goroutine?debug=2",
                "http://h/admin/debug/vars"},
        Reading{"http://h/debug/pprof/example.com/app.conns?debug=1", "http://h/debug/pprof/goroutine?debug=2",
                "http://h/debug/vars"},
        Reading{"http://h/prefix", "http://h/prefix/debug/pprof/goroutine?debug=2", "http://h/prefix/debug/vars"},
        Reading{"http://h/prefix/debug/", "http://h/prefix/debug/pprof/goroutine?debug=2",
                "http://h/prefix/debug/vars"},
        Reading{"http://h/dev/pprof/", "http://h/dev/pprof/goroutine?debug=2", "http://h/debug/vars"},
        Reading{"http://h/dev/pprof/heap?gc=1", "http://h/dev/pprof/goroutine?debug=2", "http://h/debug/vars"},
        Reading{"http://h/debug/vars", "http://h/debug/pprof/goroutine?debug=2", "http://h/debug/vars"},
        Reading{"http://user:p%40ss@h:81", "http://h:81/debug/pprof/goroutine?debug=2", "http://h:81/debug/vars"},
        Reading{"http://h?token=a%20b&debug=1", "http://h/debug/pprof/goroutine?debug=2&token=a%20b",
                "http://h/debug/vars?token=a%20b"},
        Reading{"http://h/a b/#part", "http://h/a%20b/debug/pprof/goroutine?debug=2", "http://h/a%20b/debug/vars"},
        Reading{":8080", "http://localhost:8080/debug/pprof/goroutine?debug=2", "http://localhost:8080/debug/vars"},
        Reading{"app-1.internal:8080", "http://app-1.internal:8080/debug/pprof/goroutine?debug=2",
                "http://app-1.internal:8080/debug/vars"},
        Reading{" localhost ", "http://localhost/debug/pprof/goroutine?debug=2", "http://localhost/debug/vars"},
        Reading{"http://[::1]:6060/", "http://[::1]:6060/debug/pprof/goroutine?debug=2",
                "http://[::1]:6060/debug/vars"},
        Reading{"[2001:DB8::1]", "http://[2001:db8::1]/debug/pprof/goroutine?debug=2",
                "http://[2001:db8::1]/debug/vars"},
        Reading{"http://[fe80::1%eth0]/", "http://[fe80::1%25eth0]/debug/pprof/goroutine?debug=2",
                "http://[fe80::1%25eth0]/debug/vars"},
        Reading{"unix:///run/app.sock", "http://localhost/debug/pprof/goroutine?debug=2",
                "http://localhost/debug/vars"},
        Reading{"unix:/run/app.sock:/admin/", "http://localhost/admin/debug/pprof/goroutine?debug=2",
                "http://localhost/admin/debug/vars"}),
    [](const auto& row) { return name_of(row.index, row.param.text); });

class BrokenUrl : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BrokenUrl, IsAUsageErrorThatSaysWhy) {
  const auto url = TargetUrl::parse(GetParam().first);
  ASSERT_FALSE(url.has_value());
  EXPECT_EQ(url.error().code, ErrorCode::kUsage);
  EXPECT_THAT(url.error().message, HasSubstr(GetParam().second));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenUrl,
    ::testing::Values(std::pair("", "empty"), std::pair("ftp://h/", "scheme \"ftp\""), std::pair("http://", "no host"),
                      std::pair("http://h:0/", "port"), std::pair("http://h:65536/", "port"),
                      std::pair("http://h:80a/", "port"), std::pair("http://h\n/", "control"),
                      std::pair("http://::1:6060/", "IPv6"), std::pair("http://[::1/", "\"]\""),
                      std::pair("http://[::1]x/", "after \"]\""), std::pair("http://[::g]/", "IPv6"),
                      std::pair("http://a b/", "host"), std::pair("http://müller.example/", "xn--"),
                      std::pair("http://u:p%0a@h/", "password"), std::pair("http://u:p%zz@h/", "password"),
                      std::pair("http://u%3Av:p@h/", "user"), std::pair("unix://run/app.sock", "unix:///"),
                      std::pair("unix:///" + std::string(200, 'x'), "107"), std::pair("http://u:1/2@h/", "%2F"),
                      std::pair("javascript:alert(1)", "port"), std::pair(std::string(9000, 'x'), "8192")),
    [](const auto& row) { return name_of(row.index, row.param.first); });

TEST(TargetUrl, ShowsNeitherUserNorPasswordNorQueryValues) {
  const auto url = TargetUrl::parse("https://alice:s3cret@h:8443/p/debug/pprof/heap?token=hush&debug=1&flag");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->display(), "https://***@h:8443/p/debug/pprof/?token=***&***");
  EXPECT_EQ(url->display({"heap?gc=1", false, {}}), "https://***@h:8443/p/debug/pprof/heap?gc=1&token=***&***");
  EXPECT_EQ(url->credentials()->user, "alice");
  EXPECT_EQ(url->credentials()->password, "s3cret");
}

TEST(TargetUrl, TakesTheLastAtSignAsTheEndOfTheCredentials) {
  const auto url = TargetUrl::parse("http://alice:p@ss@h/");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->credentials()->password, "p@ss");
  EXPECT_EQ(url->host(), "h");
}

TEST(TargetUrl, NeverQuotesAPasswordInAnError) {
  for (const std::string text : {"ftp://alice:s3cret@h/", "http://alice:s3cret@h:99999/", "http://alice:s3cret@/",
                                 "http://alice:s3/cret@h/", "http://alice:s3cret@h\x1b/", "alice:s3cret@h:x",
                                 "http://h:x/?key=s3cret", "http://h:x/#s3cret", "http://alice:s3?cret@h:x/"}) {
    const auto url = TargetUrl::parse(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_THAT(url.error().message, Not(HasSubstr("s3"))) << text;
    EXPECT_THAT(url.error().message, Not(HasSubstr("cret"))) << text;
  }
}

TEST(TargetUrl, ShowsASocketByItsPath) {
  const auto url = TargetUrl::parse("unix:///run/my%20app.sock:/x/");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->socket_path(), "/run/my app.sock");
  EXPECT_EQ(url->address(), "/run/my app.sock");
  EXPECT_EQ(url->display(), "unix:///run/my app.sock:/x/debug/pprof/");
}

TEST(TargetUrl, RefusesToClimbOutOfTheBase) {
  const auto url = TargetUrl::parse("http://h/a/debug/pprof/");
  ASSERT_TRUE(url.has_value());
  for (const std::string path : {"../heap", "x/../../heap", "%2e%2e/heap", "/heap", "he\nap", ".", "a%0ab"}) {
    const auto request = url->request_url({path, false, {}});
    ASSERT_FALSE(request.has_value()) << path;
    EXPECT_EQ(request.error().code, ErrorCode::kMalformed);
  }
  EXPECT_EQ(url->request_url({"example.com/app.conns?debug=1", false, {}}).value(),
            "http://h/a/debug/pprof/example.com/app.conns?debug=1");
}

TEST(TargetUrl, KnowsWhichHostsAreThisMachine) {
  for (const std::string text :
       {"localhost", "app.localhost:1", "127.0.0.1", "127.1.2.3:80", "[::1]:1", "unix:///s", "[::ffff:127.0.0.1]"}) {
    EXPECT_TRUE(TargetUrl::parse(text)->is_loopback()) << text;
  }
  for (const std::string text : {"example.com", "128.0.0.1", "[::2]", "127.0.0.1.example.com", "notlocalhost"}) {
    EXPECT_FALSE(TargetUrl::parse(text)->is_loopback()) << text;
  }
}

struct Redirect {
  std::string location;
  std::string leads_to;  ///< "" where it must be refused
};

TEST(Redirect, IsFollowedOnlyWithinItsOrigin) {
  const auto url = TargetUrl::parse("http://user:pw@Host:80/p");
  ASSERT_TRUE(url.has_value());
  const std::string from = url->request_url({"heap?debug=1", false, {}}).value();
  for (const Redirect& redirect : std::vector<Redirect>{{"/other", "http://host/other"},
                                                        {"goroutine", "http://host/p/debug/pprof/goroutine"},
                                                        {"?debug=2", "http://host/p/debug/pprof/heap?debug=2"},
                                                        {"http://host/x y#z", "http://host/x%20y"},
                                                        {"http://HOST:80", "http://host/"},
                                                        {"http://host?q", "http://host/?q"},
                                                        {"//host/x", "http://host/x"},
                                                        {"http://other/x", ""},
                                                        {"//other/x", ""},
                                                        {"https://host/x", ""},
                                                        {"http://host:81/x", ""},
                                                        {"http://host.other/x", ""},
                                                        {"http://host@other/x", ""},
                                                        {"ftp://host/x", ""},
                                                        {"unix:/host", ""},
                                                        {"http:///x", ""},
                                                        {"/x\r\nSet-Cookie: y", ""},
                                                        {"", ""}}) {
    const auto next = url->resolve_redirect(from, redirect.location);
    EXPECT_EQ(next.value_or(""), redirect.leads_to) << redirect.location;
  }
}

TEST(Redirect, NamesWhereItPointedWithoutItsSecrets) {
  const auto url = TargetUrl::parse("http://host/");
  const auto next =
      url->resolve_redirect("http://host/debug/pprof/", "https://u:s3cret@login\x1b.example/in?session=s3cret");
  ASSERT_FALSE(next.has_value());
  EXPECT_EQ(next.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(next.error().message, Not(HasSubstr("s3cret")));
  const auto elsewhere =
      url->resolve_redirect("http://host/debug/pprof/", "https://u:s3cret@login.example/in?s=s3cret");
  EXPECT_THAT(elsewhere.error().message, HasSubstr("https://***@login.example/in?***"));
}

TEST(LooksLikeTarget, TellsTargetsFromFiles) {
  for (const std::string text : {":8080", "localhost:6060", "http://h", "https://h/x", "unix:///s", "[::1]:80",
                                 "10.0.0.1:80/debug/pprof/", "u:p@h:80", "ftp://x"}) {
    EXPECT_TRUE(looks_like_target(text)) << text;
  }
  for (const std::string text : {"dump.txt", "./a:80", "-", "/tmp/x:1", "a b:80", "h:port", "h:", "profile.pb.gz",
                                 "h:123456", "localhost", ""}) {
    EXPECT_FALSE(looks_like_target(text)) << text;
  }
}

TEST(ProxyUrl, TakesHostAndPortOnly) {
  for (const std::string text : {"http://u:p@proxy:3128", "proxy:3128", "socks5h://127.0.0.1:1080/", "https://proxy"}) {
    EXPECT_TRUE(check_proxy_url(text).has_value()) << text;
  }
  for (const std::string text : {"ftp://proxy", "http://proxy/path", "http://u:s3cret@pro xy", "", "http://p:x"}) {
    const auto checked = check_proxy_url(text);
    ASSERT_FALSE(checked.has_value()) << text;
    EXPECT_THAT(checked.error().message, Not(HasSubstr("s3cret")));
  }
}

TEST(UrlReaders, KeepTheirPromisesOnMutatedInput) {
  const std::vector<std::string> seeds = {"http://user:pass@[::1%25eth0]:6060/p/debug/pprof/heap?token=x&debug=2#f",
                                          "unix:///run/a.sock:/p/", "//host/x", ":6060/%2e%2e/", "https://h%/a b?c d"};
  std::uint32_t state = 1;
  const auto random = [&](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
  };
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random(seeds.size())];
    for (std::size_t change = 0; change <= random(4); ++change) {
      const std::size_t at = random(text.size() + 1);
      const std::string_view alphabet = "/:@?#%[]. \x01\xff&=a0unixhttp\\";
      if (random(3) == 0 && at < text.size()) {
        text.erase(at, 1 + random(3));
      } else {
        text.insert(at, 1, alphabet[random(alphabet.size())]);
      }
      if (text.empty()) break;
    }
    ASSERT_EQ(testing::broken_url_promise(text), "") << ::testing::PrintToString(text);
  }
}

}  // namespace
}  // namespace lf::target
