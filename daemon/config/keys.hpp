#pragma once

#include "auth/keys.hpp"
#include "config/key.hpp"

#include <array>

namespace roomd::config {

// clang-format off
inline constexpr std::array api_key_list{
    structured("keys", "list", "[]", Reload::yes,
        "API keys of backends."),
};
inline constexpr std::array api_key_keys{
    text("keys[].name", &auth::Key::name, "", Reload::yes,
        "Names the key in logs; never the key itself.")
        .required("write name: backend").sample("backend"),
    structured<auth::Key>("keys[].key", "secret", "", Reload::yes,
        "`sha256:<64 hex digits>`, or the key as `${file:/path}`, `${env:NAME}` or `${credential:NAME}`.")
        .required("write \"sha256:<64 hex digits>\" (printf %s KEY | sha256sum) or \"${file:/path}\"")
        .sample("\"sha256:01795235db240bcc0705a42cd3437be34e093c207081da8e90340caac84506ea\""),
    texts("keys[].scopes", &auth::Key::scopes, "", Reload::yes,
        "What it may be used for: `emit`, `rooms`, `kick`, `presence`, `test`, `metrics`, `admin`, or a plugin's own scope.")
        .required("write [emit], [test] or [metrics]").sample("[emit]"),
    texts("keys[].events", &auth::Key::events, "[\"*\"]", Reload::yes,
        "Events it may emit: names, or prefixes ending in `*`."),
    texts("keys[].rooms", &auth::Key::rooms, "[\"*\"]", Reload::yes,
        "Rooms it may emit to, or otherwise name: names, or prefixes ending in `*`."),
    flag("keys[].broadcast", &auth::Key::may_broadcast, "false", Reload::yes,
        "Whether it may emit to everyone."),
    flag("keys[].durable", &auth::Key::durable, "false", Reload::yes,
        "Whether its events are stored before they are sent, unless one says `\"durable\": false`."),
    count<auth::Key>("keys[].rate", &auth::Key::rate, "0", {"0", "1000000"}, Reload::yes,
        "Events it may emit in a second, each of a batch counted; more are refused with 429. A request to another path of a plugin counts as one. 0: any number."),
    count<auth::Key>("keys[].burst", &auth::Key::burst, "0", {"0", "1000000"}, Reload::yes,
        "Events it may emit at once, ahead of `rate`. 0: twice `rate`."),
};
// clang-format on

} // namespace roomd::config
