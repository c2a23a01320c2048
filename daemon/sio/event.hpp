#pragma once

#include "base/result.hpp"
#include "sio/packet.hpp"

#include <cstddef>
#include <string_view>

namespace roomd::sio {

inline constexpr std::size_t max_attachments = 10; // what clients take in one packet
inline constexpr std::size_t max_name = 256;       // bytes of an event name we send

// Names of the library's own events: refused from clients and from plugins.
bool is_reserved(std::string_view name) noexcept;

// May we send an event of this name?  Null when we may, else why not: a constant sentence.
const char *refuse_name(std::string_view name) noexcept;

// May we send these arguments?  They come from a plugin or an HTTP body: array text, valid, no
// deeper than `depth`; with blobs, each placeholder's num is the index of one.  Null when we may.
const char *refuse_args(std::string_view json, std::size_t blobs, std::size_t depth);

// Of text that json::check() passed: does each object whose "_placeholder" is true have a "num"
// that is a decimal integer below `count`?
bool placeholders_fit(std::string_view json, std::size_t count);

} // namespace roomd::sio
