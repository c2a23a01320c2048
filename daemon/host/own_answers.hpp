#pragma once

#include "host/http.hpp"

namespace roomd::host {

// The host's own answers to requests that a plugin cannot answer or did not answer: all 503.
HttpResponse busy();     // too many are open
HttpResponse late();     // its time is over
HttpResponse stopping(); // the plugin, or the server

} // namespace roomd::host
