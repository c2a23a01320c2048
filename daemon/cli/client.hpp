#pragma once

#include "base/clock.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace roomd::cli {

// Why there is no answer, for people; `code` for programs.
struct Trouble : std::runtime_error {
    Trouble(const char *why, const std::string &text) : std::runtime_error(text), code(why) {}
    const char *code; // not_listening, permission_denied, answer_cut, no_answer, not_roomd
};

struct Answer {
    int status = 0;
    std::string body; // all of it
};

// Sends requests to a daemon over its Unix socket, one connection for each.  Blocks.
class Client {
public:
    explicit Client(std::string path) : path_(std::move(path)) {}

    // `target`: path and query.  A POST's body is JSON, or empty.  Throws Trouble.
    Answer get(const std::string &target, base::Duration patience) const;
    Answer post(const std::string &target, const std::string &body, base::Duration patience) const;

    // The configuration in force, as YAML.  Throws Trouble.
    std::string configuration() const;

    const std::string &path() const noexcept { return path_; }

private:
    Answer exchange(const std::string &request, base::Duration patience) const;
    std::string path_;
};

// Encodes text for a query: "a b" is "a%20b".
std::string url_encoded(std::string_view text);

} // namespace roomd::cli
