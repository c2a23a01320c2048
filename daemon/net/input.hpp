#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace roomd::net {

// Bytes that were read and can not be used yet: a head of which the rest is still to come, requests
// behind one that is not answered.  One pointer while there are none.
class Input {
public:
    bool empty() const noexcept { return kept_ == nullptr; }
    std::size_t size() const noexcept { return kept_ ? kept_->size() : 0; }
    std::string_view text() const noexcept { return kept_ ? *kept_ : std::string_view(); }
    std::size_t memory() const noexcept { return kept_ ? kept_->capacity() + sizeof *kept_ : 0; }

    void append(std::span<const char> bytes) {
        if (bytes.empty()) return;
        if (!kept_) kept_ = std::make_unique<std::string>();
        kept_->append(bytes.data(), bytes.size());
    }
    // All of it, which is kept no more.
    std::string take() {
        std::string all;
        if (kept_) all = std::move(*kept_);
        kept_.reset();
        return all;
    }
    void clear() noexcept { kept_.reset(); }

private:
    std::unique_ptr<std::string> kept_;
};

} // namespace roomd::net
