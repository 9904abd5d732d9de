#include "target/secrets.h"

#include <gtest/gtest.h>

namespace lf::target {
namespace {

TEST(Secrets, AreMaskedWhereverTheyStand) {
  Secrets secrets;
  secrets.add("t0psecret");
  EXPECT_EQ(secrets.mask("a t0psecret, t0psecrett0psecret"), "a ***, ******");
  EXPECT_EQ(secrets.mask("nothing"), "nothing");
  EXPECT_EQ(secrets.mask(""), "");
}

TEST(Secrets, AreMaskedAsBasicAuthenticationSendsThem) {
  Secrets secrets;
  secrets.add(Credentials{"Aladdin", "open sesame"});
  EXPECT_EQ(secrets.mask("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== of Aladdin: open sesame"), "Basic *** of ***: ***");
}

TEST(Secrets, ThatTheEndOfATextCutsAreMaskedToo) {
  Secrets secrets;
  secrets.add("abcdefghijkl");
  EXPECT_EQ(secrets.mask("Bearer abcdefgh"), "Bearer ***");
  EXPECT_EQ(secrets.mask("Bearer abc"), "Bearer abc") << "too short to be of use to anybody";
}

TEST(Secrets, OfAHeaderAreItsValueAndThePartsOfIt) {
  Secrets secrets;
  secrets.add_header("Cookie: session=0123456789; theme=dark");
  EXPECT_EQ(secrets.mask("the cookie was 0123456789."), "the cookie was ***.");
  EXPECT_EQ(secrets.mask("Cookie: session=0123456789; theme=dark"), "Cookie: ***");
}

TEST(Secrets, OfAQueryAreItsValues) {
  Secrets secrets;
  secrets.add_query("token=abcdefgh&debug=1&opaquekey");
  EXPECT_EQ(secrets.mask("/debug/pprof/heap?token=abcdefgh&debug=1&opaquekey"),
            "/debug/pprof/heap?token=***&debug=1&***");
}

TEST(Secrets, LongerOnesGoFirst) {
  Secrets secrets;
  secrets.add("secret");
  secrets.add("secret-and-more");
  EXPECT_EQ(secrets.mask("secret-and-more"), "***");
}

TEST(Secrets, ThatAreVeryShortAreLeftAlone) {
  Secrets secrets;
  secrets.add("time");
  EXPECT_EQ(secrets.mask("timeout"), "timeout");
}

TEST(Secrets, CoverAQuerysValueAsTheTargetDecodesIt) {
  Secrets secrets;
  secrets.add_query("token=a%2Fsecret%20word");
  EXPECT_EQ(secrets.mask("bad token a/secret word"), "bad token ***");
  EXPECT_EQ(secrets.mask("bad token a%2Fsecret%20word"), "bad token ***");
}

TEST(Secrets, CoverTheCredentialsOfAProxy) {
  Secrets secrets;
  secrets.add_proxy("http://somebody:something@proxy:3128/");
  EXPECT_EQ(secrets.mask("Basic c29tZWJvZHk6c29tZXRoaW5n of somebody"), "Basic *** of ***");
  secrets.add_proxy("");
  secrets.add_proxy("proxy:3128");
  EXPECT_EQ(secrets.mask("proxy:3128"), "proxy:3128");
}

}  // namespace
}  // namespace lf::target
