#include "detect/site.h"

#include <gtest/gtest.h>

#include "detect/testing/scene.h"

namespace lf::detect {
namespace {

TEST(PackageOf, EndsAtTheFirstDotAfterTheLastSlash) {
  EXPECT_EQ(package_of("gopkg.in/yaml%2ev3.(*Dec).Decode"), "gopkg.in/yaml%2ev3");
  EXPECT_EQ(package_of("main.(*Gen[go.shape.string,example.com/a.T]).Recv"), "main");
  EXPECT_EQ(package_of("panic"), "");
  EXPECT_EQ(name_in_package("net/http.(*Client).Do"), "(*Client).Do");
}

TEST(OwnerOf, TellsTheLibraryByItsImportPath) {
  EXPECT_EQ(owner_of("net/http.(*Server).Serve", "/go/src/net/http/server.go"), CodeOwner::kStandard);
  EXPECT_EQ(owner_of("net/http.(*Server).Serve", "net/http/server.go"), CodeOwner::kStandard);
  EXPECT_EQ(owner_of("sync.(*Mutex).Lock", "/go/src/sync/mutex.go"), CodeOwner::kPlumbing);
  EXPECT_EQ(owner_of("main.main", "/src/main.go"), CodeOwner::kUser);
  EXPECT_EQ(owner_of("github.com/a/b.F", "/mod/github.com/a/b@v1/f.go"), CodeOwner::kUser);
}

TEST(OwnerOf, TakesAModuleNamedLikeALibraryForTheUsers) {
  EXPECT_EQ(owner_of("log/sink.Write", "/home/me/log/sink/write.go"), CodeOwner::kUser);
  EXPECT_EQ(owner_of("myservice/worker.Run", "/home/me/worker/run.go"), CodeOwner::kUser);
}

TEST(OwnerOf, KnowsWhatTheRuntimeImplementsForTheLibrary) {
  EXPECT_EQ(owner_of("internal/poll.runtime_pollWait", "/go/src/runtime/netpoll.go"), CodeOwner::kRuntime);
  EXPECT_EQ(owner_of("time.Sleep", "/go/src/runtime/time.go"), CodeOwner::kPlumbing);
  EXPECT_EQ(owner_of("runtime/pprof.Do", "/go/src/runtime/pprof/runtime.go"), CodeOwner::kStandard);
}

TEST(SiteOf, IsTheFirstFrameOutsideTheLibrary) {
  testing::Scene scene;
  const StackId stack =
      scene.stack({"sync.runtime_Semacquire:1", "sync.(*Mutex).Lock:2", "main.work:3", "main.main:4"});
  const SitePlace place = site_of(scene.symbols, scene.symbols.stack(stack));
  EXPECT_EQ(place.index, 2U);
  EXPECT_TRUE(place.is_user);
}

TEST(SiteOf, SkipsPlumbingOnAllLibraryStacks) {
  testing::Scene scene;
  const StackId stack =
      scene.stack({"internal/poll.runtime_pollWait:1", "net.(*conn).Read:2", "net/http.(*persistConn).readLoop:3"});
  const SitePlace place = site_of(scene.symbols, scene.symbols.stack(stack));
  EXPECT_EQ(place.index, 2U);
  EXPECT_FALSE(place.is_user);
}

}  // namespace
}  // namespace lf::detect
