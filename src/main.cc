#include <span>

#include "cli/cli.h"

int main(int argc, char** argv) {
  return lf::cli::run(std::span(argv, static_cast<std::size_t>(argc)));
}
