#pragma once

#include <cstddef>
#include <iterator>

namespace roomd::rest {

// Walks over text and lets others see how far the parser has come.
class Cursor {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char *;
    using reference = const char &;

    Cursor() = default;
    Cursor(const char *at, const char **shown) : at_(at), shown_(shown) {}
    reference operator*() const { return *at_; }
    Cursor &operator++() {
        *shown_ = ++at_;
        return *this;
    }
    Cursor operator++(int) {
        auto old = *this;
        ++*this;
        return old;
    }
    bool operator==(const Cursor &other) const { return at_ == other.at_; }
    bool operator!=(const Cursor &other) const { return at_ != other.at_; }

private:
    const char *at_ = nullptr;
    const char **shown_ = nullptr;
};

} // namespace roomd::rest
