#pragma once

#include <cassert>
#include <utility>
#include <variant>

namespace roomd::base {

// Why input from outside was refused: a constant phrase, for log lines and tests.
struct Error {
    const char *what;
};

// A value, or the reason there is none.  For input that may be wrong; never for our own mistakes.
template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, error) {}

    explicit operator bool() const noexcept { return state_.index() == 0; }
    bool ok() const noexcept { return state_.index() == 0; }

    T &operator*() & {
        assert(ok());
        return *std::get_if<0>(&state_);
    }
    const T &operator*() const & {
        assert(ok());
        return *std::get_if<0>(&state_);
    }
    T &&operator*() && {
        assert(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    T *operator->() { return &**this; }
    const T *operator->() const { return &**this; }

    const char *error() const noexcept { return ok() ? "" : std::get_if<1>(&state_)->what; }

private:
    std::variant<T, Error> state_;
};

} // namespace roomd::base
