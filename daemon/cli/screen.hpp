#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace roomd::cli {

// Filters a stream that people may read: rooms, users, payloads and answers of a daemon come from
// outside, and characters that a terminal would obey are escaped (base::append_visible), except
// line ends and tabs.  JSON keeps its meaning: such characters only occur in its strings.
class Screen : private std::streambuf {
public:
    explicit Screen(std::ostream &to) : to_(to), out_(this) {}
    ~Screen() override;
    Screen(const Screen &) = delete;
    Screen &operator=(const Screen &) = delete;

    std::ostream &out() noexcept { return out_; }

private:
    int_type overflow(int_type) override;
    std::streamsize xsputn(const char *, std::streamsize) override;
    int sync() override;
    bool put(std::string_view);

    std::ostream &to_;
    std::ostream out_;
    std::string half_; // an incomplete character
    std::string scratch_;
};

} // namespace roomd::cli
