#include "base/random.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sys/random.h>

namespace roomd::base {
namespace {

constexpr char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

void random_bytes(void *out, std::size_t size) noexcept {
    auto *at = static_cast<unsigned char *>(out);
    while (size > 0) {
        const ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) std::abort();
        at += got;
        size -= static_cast<std::size_t>(got);
    }
}

std::string random_id() {
    constexpr std::size_t id_bytes = 15;
    thread_local std::array<unsigned char, id_bytes * 64> pool;
    thread_local std::size_t used = pool.size();
    if (used == pool.size()) {
        random_bytes(pool.data(), pool.size());
        used = 0;
    }
    std::string id;
    id.reserve(20);
    for (std::size_t i = 0; i < id_bytes; i += 3) {
        unsigned char *byte = pool.data() + used + i;
        const unsigned bits = unsigned{byte[0]} << 16 | unsigned{byte[1]} << 8 | byte[2];
        for (int shift = 18; shift >= 0; shift -= 6)
            id += url_alphabet[(bits >> shift) & 63];
        byte[0] = byte[1] = byte[2] = 0; // a dump must not show ids that were given out
    }
    used += id_bytes;
    return id;
}

} // namespace roomd::base
