#pragma once

#include <libwebsockets.h>

#include <cstddef>

namespace roomd::net {

// What libwebsockets calls for everything.  Translates, decides nothing.
int callback(lws *, lws_callback_reasons, void *user, void *in, std::size_t size) noexcept;

} // namespace roomd::net
