#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace roomd::base {

// Text that must never reach a log, an answer or a dump: it has no operator<<, no conversion to
// string, and is wiped when destroyed.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) noexcept : text_(std::move(text)) {}
    Secret(const Secret &) = default;
    Secret &operator=(const Secret &) = default;
    Secret(Secret &&) noexcept = default;
    Secret &operator=(Secret &&) noexcept = default;
    ~Secret();

    std::string_view reveal() const noexcept { return text_; }
    bool empty() const noexcept { return text_.empty(); }

private:
    std::string text_;
};

// Compares in time that depends only on the lengths.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

} // namespace roomd::base
