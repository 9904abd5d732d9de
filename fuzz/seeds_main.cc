// fuzz_seeds DIR: writes the seeds of every target to DIR/NAME/, for scripts/fuzz.

#include <cstdio>
#include <fstream>

#include "target.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds DIR\n", stderr);
    return 2;
  }
  for (const lf::fuzz::Target& target : lf::fuzz::targets()) {
    const std::filesystem::path folder = std::filesystem::path(argv[1]) / target.name;
    std::filesystem::create_directories(folder);
    std::size_t number = 0;
    for (const lf::fuzz::Seed& seed : lf::fuzz::seeds_of(target)) {
      std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
      file.write(seed.bytes.data(), static_cast<std::streamsize>(seed.bytes.size()));
      if (!file.flush()) {
        std::fprintf(stderr, "fuzz_seeds: could not write to %s\n", folder.c_str());
        return 1;
      }
    }
    std::printf("%s %zu\n", std::string(target.name).c_str(), number);
  }
}
