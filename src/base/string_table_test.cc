#include "base/string_table.h"

#include <string>

#include <gtest/gtest.h>

namespace lf {
namespace {

TEST(StringTable, GivesEqualTextsEqualIds) {
  StringTable table;
  const StringId first = table.intern("main.worker");
  EXPECT_EQ(table.intern(std::string("main.") + "worker"), first);
  EXPECT_EQ(table.text(first), "main.worker");
}

TEST(StringTable, KeepsTheEmptyTextAsNone) {
  StringTable table;
  EXPECT_FALSE(table.intern(""));
  EXPECT_EQ(table.text({}), "");
}

TEST(StringTable, KeepsIdsApartWhileItGrows) {
  StringTable table;
  for (int i = 0; i < 10'000; ++i) table.intern("f" + std::to_string(i));
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(table.text(table.find("f" + std::to_string(i))), "f" + std::to_string(i));
}

TEST(StringTable, AnswersAnUnknownIdWithTheEmptyText) {
  EXPECT_EQ(StringTable().text({77}), "");
}

}  // namespace
}  // namespace lf
