#include "net/gzip.hpp"

#include <zlib.h>

#include <cassert>
#include <new>

namespace roomd::net {

namespace {

// Level 1 and 6 over events as JSON: 3 kB in 10 us to 820 bytes and 15 us to 751; 200 kB in 0.93 ms
// to 43 kB and 2.48 ms to 36 kB.
constexpr int level = 1;
constexpr int window_of_gzip = MAX_WBITS + 16;
constexpr int memory = 8; // zlib's default

} // namespace

struct Gzip::State {
    State() {
        const int made =
            deflateInit2(&stream, level, Z_DEFLATED, window_of_gzip, memory, Z_DEFAULT_STRATEGY);
        if (made != Z_OK) throw std::bad_alloc(); // the only way it fails
    }
    ~State() { deflateEnd(&stream); }
    State(const State &) = delete;
    State &operator=(const State &) = delete;

    z_stream stream{}; // zlib keeps its address
};

Gzip::Gzip() = default;
Gzip::~Gzip() = default;

std::string_view Gzip::pack(std::string_view text) {
    assert(text.size() <= most);
    if (runs_ > 0 && text == text_) return packed_;
    if (!state_) state_ = std::make_unique<State>();
    z_stream &stream = state_->stream;
    deflateReset(&stream);
    text_.assign(text);
    packed_.resize(deflateBound(&stream, static_cast<uLong>(text_.size())));
    stream.next_in = reinterpret_cast<Bytef *>(text_.data());
    stream.avail_in = static_cast<uInt>(text_.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed_.data());
    stream.avail_out = static_cast<uInt>(packed_.size());
    [[maybe_unused]] const int done = deflate(&stream, Z_FINISH);
    assert(done == Z_STREAM_END); // there was enough room
    packed_.resize(stream.total_out);
    ++runs_;
    return packed_;
}

} // namespace roomd::net
