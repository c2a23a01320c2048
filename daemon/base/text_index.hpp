#pragma once

#include "base/slot_map.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace roomd::base {

// Finds the elements of a SlotMap by the text that `Text`, a const member function, returns: unique
// and constant for each element.  An open-addressing table with linear probing: 6 to 11 bytes an
// element, where a node of std::unordered_map takes 48 and its bucket 8.
template <class Id, class T, auto Text> class TextIndex {
public:
    explicit TextIndex(const SlotMap<Id, T> &elements) : elements_(elements) {}

    // `id` must be in the table of elements, and its text not in the index.
    void add(Id id) {
        if ((size_ + 1) * 4 > places_.size() * 3) grow();
        put(index_of(id));
        ++size_;
    }
    // `id` must be in the index, and still in the table of elements.
    void remove(Id id) noexcept {
        std::size_t hole = home(index_of(id));
        while (places_[hole] != index_of(id)) {
            assert(places_[hole] != nobody);
            hole = after(hole);
        }
        // An entry behind the hole moves up into it, unless its home is behind the hole.
        for (std::size_t at = after(hole); places_[at] != nobody; at = after(at)) {
            const std::size_t distance = (at - home(places_[at])) & mask();
            if (distance < ((at - hole) & mask())) continue;
            places_[hole] = places_[at];
            hole = at;
        }
        places_[hole] = nobody;
        --size_;
    }
    Id find(std::string_view text) const noexcept {
        if (size_ == 0) return Id::none;
        for (std::size_t at = place_of(text); places_[at] != nobody; at = after(at))
            if (text_at(places_[at]) == text) return elements_.id_at(places_[at]);
        return Id::none;
    }
    std::size_t size() const noexcept { return size_; }

private:
    static constexpr std::uint32_t nobody = UINT32_MAX;

    std::size_t mask() const noexcept { return places_.size() - 1; }
    std::size_t after(std::size_t place) const noexcept { return (place + 1) & mask(); }
    std::size_t place_of(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text)&mask();
    }
    std::string_view text_at(std::uint32_t index) const noexcept {
        return (elements_.at(index).*Text)();
    }
    std::size_t home(std::uint32_t index) const noexcept { return place_of(text_at(index)); }

    void put(std::uint32_t index) noexcept {
        std::size_t at = home(index);
        while (places_[at] != nobody)
            at = after(at);
        places_[at] = index;
    }
    void grow() {
        std::vector<std::uint32_t> old(places_.empty() ? 16 : 2 * places_.size(), nobody);
        old.swap(places_);
        for (const std::uint32_t index : old)
            if (index != nobody) put(index);
    }

    const SlotMap<Id, T> &elements_;
    std::vector<std::uint32_t> places_; // a power of two; indexes of elements
    std::size_t size_ = 0;
};

} // namespace roomd::base
