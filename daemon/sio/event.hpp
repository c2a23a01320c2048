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

// Null when we may send an event of this name, else why not: a constant sentence.
const char *refuse_name(std::string_view name) noexcept;

// Null when we may send these arguments of a plugin or an HTTP body, else why not: they must be the
// text of a JSON array no deeper than `depth`; with blobs, each placeholder's num is the index of
// one.
const char *refuse_args(std::string_view json, std::size_t blobs, std::size_t depth);

// Whether each object whose "_placeholder" is true has a "num" that is a decimal integer below
// `count`.  Of text that json::check() passed.
bool placeholders_fit(std::string_view json, std::size_t count);

} // namespace roomd::sio
