#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::postgres {

// Text from a database, fit for a terminal: on one line, with control characters replaced by '?',
// and at most `most` bytes.
std::string shown(std::string_view text, std::size_t most = 200);

// "12 rows", "1 row"
std::string counted(std::int64_t number, const char *one, const char *many);
// "64 KiB"
std::string size_of(std::int64_t bytes);
// "3 s", "5 min", "2 days"
std::string time_of(double seconds);

// What a command tells people: names with what they are beside them, and lines below.
class Lines {
public:
    Lines &add(std::string_view name, const std::string &text);
    Lines &below(const std::string &text);
    const std::string &text() const noexcept { return text_; }

private:
    std::string text_;
};

} // namespace roomd::postgres
