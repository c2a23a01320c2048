#include "config/limits.hpp"

#include <cctype>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

using namespace roomd;

namespace {

// Is `name` in the text, and no longer name that begins with it?
bool has_word(const std::string &text, const std::string &name) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const char next = at + name.size() < text.size() ? text[at + name.size()] : ' ';
        if (std::isalnum(static_cast<unsigned char>(next)) == 0 && next != '_') return true;
    }
    return false;
}

} // namespace

// By the text: a list of what is told would be one more place to change for each key.
TEST_CASE("each limit is told to a layer") {
    std::ifstream in(std::string(ROOMD_SOURCE) + "/daemon/app/options.cpp");
    std::ostringstream text;
    text << in.rdbuf();
    for (const auto &key : config::limit_keys)
        CHECK_MESSAGE(has_word(text.str(), "config." + std::string(key.info.path)), key.info.path);
}
