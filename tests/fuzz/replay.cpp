// Runs a fuzz target over every file below the folders it is given: libFuzzer's main for compilers
// without it, so that what the fuzzers know is an ordinary test.
#include "fuzz/fuzz.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

int replay(int argc, char **argv) {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto &entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            std::fprintf(stderr, "%s\n", entry.path().c_str()); // the last one is the culprit
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes(std::istreambuf_iterator<char>(file), {});
            const auto *data = reinterpret_cast<const std::uint8_t *>(bytes.data());
            LLVMFuzzerTestOneInput(data, bytes.size());
            ++count;
        }
    }
    std::printf("%zu inputs\n", count);
    return count > 0 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
    try {
        return replay(argc, argv);
    } catch (const std::exception &fault) {
        std::fprintf(stderr, "%s\n", fault.what());
        return 1;
    }
}
