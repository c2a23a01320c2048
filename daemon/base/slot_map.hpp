#pragma once

#include "base/ids.hpp"

#include <cassert>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace roomd::base {

// A table of T that hands out ids with a generation.  Addresses are stable while the element
// lives.  The table itself never shrinks (a slot is sizeof(T) + 8).
template <class Id, class T> class SlotMap {
public:
    SlotMap() = default;
    SlotMap(const SlotMap &) = delete;
    SlotMap &operator=(const SlotMap &) = delete;
    ~SlotMap() { clear(); }

    template <class... Args> Id emplace(Args &&...args) {
        const std::uint32_t index = take_index();
        Slot &slot = this->slot(index);
        std::construct_at(slot.value(), std::forward<Args>(args)...);
        slot.live = true;
        ++size_;
        return make_id(slot.generation, index);
    }

    // Null when the id is stale or was never given out.
    T *find(Id id) noexcept {
        const std::uint32_t index = index_of(id);
        if (index >= end_) return nullptr;
        Slot &slot = this->slot(index);
        return slot.live && make_id(slot.generation, index) == id ? slot.value() : nullptr;
    }
    const T *find(Id id) const noexcept { return const_cast<SlotMap *>(this)->find(id); }

    bool erase(Id id) noexcept {
        T *value = find(id);
        if (value == nullptr) return false;
        const std::uint32_t index = index_of(id);
        Slot &slot = this->slot(index);
        slot.live = false;
        if (++slot.generation == 0) slot.generation = 1;
        --size_;
        value->~T();
        free_.push_back(index);
        return true;
    }

    // A live element, by index_of() of its id.
    const T &at(std::uint32_t index) const noexcept {
        return *const_cast<SlotMap *>(this)->slot(index).value();
    }
    Id id_at(std::uint32_t index) const noexcept {
        return make_id(const_cast<SlotMap *>(this)->slot(index).generation, index);
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    // Calls fn(Id, T &) for each.  `fn` may erase the element it is given, but no other.
    template <class Fn> void each(Fn fn) {
        for (std::uint32_t index = 0; index < end_; ++index) {
            Slot &slot = this->slot(index);
            if (slot.live) fn(make_id(slot.generation, index), *slot.value());
        }
    }

    void clear() noexcept {
        for (std::uint32_t index = 0; index < end_; ++index) {
            Slot &slot = this->slot(index);
            if (slot.live) erase(make_id(slot.generation, index));
        }
    }

private:
    static constexpr std::uint32_t page_size = 256;

    struct Slot {
        Slot() noexcept {} // no element yet: emplace() begins its life, erase() ends it
        ~Slot() {}
        Slot(const Slot &) = delete;
        Slot &operator=(const Slot &) = delete;
        T *value() noexcept { return std::addressof(element); }

        union {
            T element;
        };
        std::uint32_t generation = 1;
        bool live = false;
    };

    static Id make_id(std::uint32_t generation, std::uint32_t index) noexcept {
        return static_cast<Id>((std::uint64_t{generation} << 32) | index);
    }
    Slot &slot(std::uint32_t index) noexcept {
        return pages_[index / page_size][index % page_size];
    }

    std::uint32_t take_index() {
        if (!free_.empty()) {
            const std::uint32_t index = free_.back();
            free_.pop_back();
            return index;
        }
        if (end_ % page_size == 0) pages_.push_back(std::make_unique<Slot[]>(page_size));
        assert(end_ < 0xFFFFFFu);
        return end_++;
    }

    std::vector<std::unique_ptr<Slot[]>> pages_;
    std::vector<std::uint32_t> free_;
    std::uint32_t end_ = 0;
    std::size_t size_ = 0;
};

} // namespace roomd::base
