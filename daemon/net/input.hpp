#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace roomd::net {

// Bytes that were read but cannot be used yet: an incomplete head, requests behind one that is not
// answered.  One pointer while there are none.
class Input {
public:
    bool empty() const noexcept { return bytes_ == nullptr; }
    std::size_t size() const noexcept { return bytes_ ? bytes_->size() : 0; }
    std::string_view text() const noexcept { return bytes_ ? *bytes_ : std::string_view(); }
    std::size_t memory() const noexcept { return bytes_ ? bytes_->capacity() + sizeof *bytes_ : 0; }

    void append(std::span<const char> bytes) {
        if (bytes.empty()) return;
        if (!bytes_) bytes_ = std::make_unique<std::string>();
        bytes_->append(bytes.data(), bytes.size());
    }
    // Moves all of it out.
    std::string take() {
        std::string all;
        if (bytes_) all = std::move(*bytes_);
        bytes_.reset();
        return all;
    }
    void clear() noexcept { bytes_.reset(); }

private:
    std::unique_ptr<std::string> bytes_;
};

} // namespace roomd::net
