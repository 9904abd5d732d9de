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

Finding at(std::string_view site, std::string_view creator, std::string_view rule = "goroutine/growing-site") {
  Finding finding;
  finding.rule = rule;
  finding.site = {TargetText(site), TargetText("/src/main.go"), 7};
  if (!creator.empty()) finding.creator = SourceLine{TargetText(creator), TargetText("/src/main.go"), 3};
  return finding;
}

TEST(Fingerprint, StaysOverRebuilds) {
  EXPECT_EQ(fingerprint(at("main.f.func1", "main.g.func2")), fingerprint(at("main.f.func7", "main.g.func1.1")));
}

TEST(Fingerprint, StaysFromACrowdToTheProof) {
  EXPECT_EQ(fingerprint(at("main.f", "main.g", "goroutine/crowded-site")),
            fingerprint(at("main.f", "main.g", "goroutine/proven-leak")));
}

TEST(Fingerprint, TellsKindSiteAndCreatorApart) {
  const Finding base = at("main.f", "main.g");
  Finding memory = base;
  memory.kind = FindingKind::kMemory;
  for (const Finding& other : {memory, at("main.h", "main.g"), at("main.f", "main.h"), at("main.f", ""),
                               at("main.f", "main.g", "gc/verdict")}) {
    EXPECT_NE(fingerprint(base), fingerprint(other));
  }
  EXPECT_NE(fingerprint(at("", "", "memory/cliff")), fingerprint(at("", "", "memory/poor-gc")));
}

TEST(SameLeak, IsOfTheSameSiteWhereACreatorIsNotKnown) {
  const std::string id = fingerprint(at("main.f", "main.g"));
  EXPECT_TRUE(same_leak(id, fingerprint(at("main.f", ""))));
  EXPECT_TRUE(same_leak(id + ".2", id));
  EXPECT_EQ(fit_of(id + ".2", fingerprint(at("main.f", "")) + ".2"), IdFit::kSameTwin);
  EXPECT_EQ(fit_of(id + ".2", fingerprint(at("main.f", ""))), IdFit::kAnotherTwin);
  EXPECT_FALSE(same_leak(id, fingerprint(at("main.f", "main.h"))));
  EXPECT_FALSE(same_leak(id, fingerprint(at("main.h", "main.g"))));
}

Finding twin(std::string_view function, std::uint32_t line) {
  Finding finding = at(function, "main.main");
  finding.site.line = line;
  finding.id = fingerprint(finding);
  return finding;
}

TEST(NumberTwins, MakesIdsUniqueInTheOrderOfTheSource) {
  std::vector<Finding> rising{twin("main.f.func1", 10), twin("main.f.func2", 20), twin("main.f.func3", 30)};
  std::vector<Finding> falling{rising[2], rising[1], rising[0]};
  number_twins(rising);
  number_twins(falling);
  EXPECT_EQ(rising[0].id, fingerprint(at("main.f.func1", "main.main")));
  EXPECT_EQ(rising[1].id, rising[0].id + ".2");
  EXPECT_NE(rising[0].id, rising[1].id);
  EXPECT_NE(rising[1].id, rising[2].id);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(rising[i].id, falling[2 - i].id);
}

TEST(NumberTwins, KeepsIdsOverLineDrift) {
  std::vector<Finding> before{twin("main.f.func1", 10), twin("main.f.func2", 20)};
  std::vector<Finding> after{twin("main.f.func1", 110), twin("main.f.func2", 133)};
  number_twins(before);
  number_twins(after);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(before[i].id, after[i].id);
}

TEST(NumberTwins, LeavesUniqueIdsAloneWhenItIsDoneAgain) {
  std::vector<Finding> findings{twin("main.f.func1", 10), twin("main.f.func2", 20), twin("main.g", 5)};
  number_twins(findings);
  std::vector<Finding> again = findings;
  again.push_back(twin("main.f.func1", 10));
  number_twins(again);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(again[i].id, findings[i].id);
  EXPECT_NE(again[3].id, findings[0].id);
  EXPECT_NE(again[3].id, findings[1].id);
}

}  // namespace
}  // namespace lf::detect
