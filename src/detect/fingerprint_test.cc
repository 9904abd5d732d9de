#include "detect/fingerprint.h"

#include <gtest/gtest.h>

namespace lf::detect {
namespace {

TEST(NormaliseFunction, TakesClosureNumbersOut) {
  EXPECT_EQ(normalise_function("main.serve.func2.1"), "main.serve.func");
  EXPECT_EQ(normalise_function("main.serve.gowrap1"), "main.serve.func");
  EXPECT_EQ(normalise_function("main.(*T).Run-fm"), "main.(*T).Run");
}

TEST(NormaliseFunction, TakesTypeArgumentsOut) {
  EXPECT_EQ(normalise_function("main.(*Pool[go.shape.int]).run"), "main.(*Pool[...]).run");
  EXPECT_EQ(normalise_function("main.(*Pool[...]).run"), "main.(*Pool[...]).run");
}

TEST(NormaliseFunction, KeepsPlainNames) {
  EXPECT_EQ(normalise_function("net/http.(*Client).Do"), "net/http.(*Client).Do");
  EXPECT_EQ(normalise_function("gopkg.in/yaml%2ev3.Unmarshal"), "gopkg.in/yaml%2ev3.Unmarshal");
  EXPECT_EQ(normalise_function(""), "");
}

TEST(Fingerprint, StaysOverRebuilds) {
  EXPECT_EQ(fingerprint("r", "main.f.func1", "main.g.func2"), fingerprint("r", "main.f.func7", "main.g.func1.1"));
}

TEST(Fingerprint, TellsRuleSiteAndCreatorApart) {
  const std::string base = fingerprint("r", "main.f", "main.g");
  EXPECT_NE(base, fingerprint("q", "main.f", "main.g"));
  EXPECT_NE(base, fingerprint("r", "main.h", "main.g"));
  EXPECT_NE(base, fingerprint("r", "main.f", ""));
  EXPECT_EQ(base.size(), 16U);
}

}  // namespace
}  // namespace lf::detect
