#include "config/config.hpp"

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

// By the text: a list of what is told would be one more place to change for each key.  What is told
// has one default, that of the key table, whatever the options of a layer begin with.
TEST_CASE("each plain key is told to a layer") {
    std::ifstream in(std::string(ROOMD_SOURCE) + "/daemon/app/options.cpp");
    std::ostringstream text;
    text << in.rdbuf();
    const auto are_told = [&](const auto &keys) {
        for (const auto &key : keys)
            CHECK_MESSAGE((has_word(text.str(), "config." + std::string(key.info.path)) ||
                           key.info.path == "socketio.transports"), // by config.socketio.offers()
                          key.info.path);
    };
    are_told(config::limit_keys);
    are_told(config::socketio_keys);
    are_told(config::idempotency_keys);
    are_told(config::admin_keys);
    are_told(config::auth_keys);
    are_told(config::log_keys);
}
