#include "http/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {
std::size_t count = 0, bytes = 0;
}

std::size_t roomd::test::allocations() noexcept {
    return count;
}
std::size_t roomd::test::allocated() noexcept {
    return bytes;
}

void *operator new(std::size_t size) {
    ++count;
    bytes += size;
    if (void *memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept {
    std::free(memory);
}
void operator delete(void *memory, std::size_t) noexcept {
    std::free(memory);
}
