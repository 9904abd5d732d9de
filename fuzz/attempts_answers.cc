// What a plain HTTP target may send, read without libcurl: any bytes as an answer, and as a body that says it is gzip.

#include <string>
#include <string_view>

#include "attempts.h"
#include "target/testing/promises.h"

namespace lf::fuzz {

std::string attempt_answers(std::string_view input) {
  std::string wrong = target::testing::broken_answer_promise(input);
  if (wrong.empty()) wrong = target::testing::broken_encoding_promise(input);
  return wrong;
}

}  // namespace lf::fuzz
