#include "cli/version.h"

namespace lf::cli {

std::string_view version() {
  return LF_VERSION;
}

}  // namespace lf::cli
