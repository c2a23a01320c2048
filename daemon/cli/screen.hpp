#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace roomd::cli {

// Stands before a stream that people may read: rooms, users, payloads and what a daemon says come
// from outside, and whatever a terminal would obey in them is written out (base::append_visible),
// but for line ends and tabs.  Of JSON the meaning stays: such characters stand in texts alone.
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
    std::string half_; // the front of a character whose rest is still to come
    std::string scratch_;
};

} // namespace roomd::cli
