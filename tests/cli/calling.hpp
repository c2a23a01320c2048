#pragma once

#include "cli/cli.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace roomd::test {

// What one command line did.
struct Called {
    int code;
    std::string out, err;
};

inline Called call(std::vector<std::string> words, const std::string &input = {}) {
    words.insert(words.begin(), "roomd");
    std::vector<const char *> argv;
    for (const auto &word : words)
        argv.push_back(word.c_str());
    std::istringstream in(input);
    std::ostringstream out, err;
    cli::Io io{in, out, err};
    const int code = cli::run(static_cast<int>(argv.size()), argv.data(), io);
    return {code, out.str(), err.str()};
}

} // namespace roomd::test
