// SPDX-License-Identifier: Apache-2.0
//
// ROOMD_PLUGIN(Class, "name", "version"): the entry and the table of a plugin, made from a class.
// Include roomd/plugin.hpp, which includes this.
//
//     Class(roomd::Host &, std::string_view config)                  start; may throw
//     ~Class()                                                       stop; join threads here
//     static void check(std::string_view config, roomd::Faults &)    optional; may throw
//     void reload(std::string_view config)                           optional; may throw
//     void on_drain()                                                optional; may throw
//     static std::string command(const roomd::Command &)             optional; may throw
//     static constexpr bool guarded = true;                  optional: ROOMD_PLUGIN_GUARDED
//     static constexpr const char *config_schema = "...";    optional: JSON Schema
//     static constexpr std::uint32_t abi_minor = 0;          optional: the least host minor
//
// The config is the JSON text of the plugin's own section.
#pragma once

#include "roomd/plugin_tickets.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace roomd {

class Host;

namespace detail {

inline roomd_status fail(roomd_error *out, roomd_status status, std::string_view text) noexcept {
    if (out == nullptr || out->struct_size < sizeof *out) return status;
    const auto size = text.copy(out->text, sizeof out->text - 1);
    out->text[size] = '\0';
    for (auto *c = out->text; *c != '\0'; ++c) { // one line, as the host logs it
        if (*c == '\n' || *c == '\r') *c = ' ';
    }
    return status;
}

// Runs `fn`; what it throws becomes a status and, through `say(status, text)`, a reason.
template <class Fn, class Say> roomd_status fenced(Fn fn, Say say) noexcept {
    try {
        fn();
        return ROOMD_OK;
    } catch (const Failure &error) {
        return say(error.status == ROOMD_OK ? ROOMD_FAILED : error.status, error.what());
    } catch (const std::exception &error) {
        return say(ROOMD_FAILED, error.what());
    } catch (...) {
        return say(ROOMD_FAILED, "something that is not a std::exception was thrown");
    }
}

template <class P>
concept Checks = requires(std::string_view config, Faults &faults) {
    P::check(config, faults);
};
template <class P>
concept Reloads = requires(P &plugin, std::string_view config) {
    plugin.reload(config);
};
template <class P>
concept Drains = requires(P &plugin) {
    plugin.on_drain();
};
template <class P>
concept Commands = requires(const Command &command) {
    std::string(P::command(command));
};
template <class P>
concept Guarded = requires {
    static_cast<bool>(P::guarded);
};
template <class P>
concept HasSchema = requires {
    static_cast<const char *>(P::config_schema);
};
template <class P>
concept HasMinor = requires {
    static_cast<std::uint32_t>(P::abi_minor);
};

// A member of that name that has another form would never be called.
template <class P>
concept NamesCheck = requires {
    &P::check;
};
template <class P>
concept NamesReload = requires {
    &P::reload;
};
template <class P>
concept NamesDrain = requires {
    &P::on_drain;
};
template <class P>
concept NamesCommand = requires {
    &P::command;
};

template <class P, class H = Host> struct Glue {
    static constexpr bool starts = std::is_constructible_v<P, H &, std::string_view>;
    static_assert(starts, "a plugin's class has a constructor (roomd::Host &, std::string_view)");
    static_assert(!NamesCheck<P> || Checks<P>,
                  "check() is public, static, and takes (std::string_view, roomd::Faults &)");
    static_assert(!NamesReload<P> || Reloads<P>, "reload() is public and takes (std::string_view)");
    static_assert(!NamesDrain<P> || Drains<P>, "on_drain() is public and takes nothing");
    static_assert(!NamesCommand<P> || Commands<P>, "command() is public, static, takes (const "
                                                   "roomd::Command &) and returns std::string");

    struct State {
        State(const roomd_host *table, roomd_self *self) : host(table, self) {}
        H host;
        std::unique_ptr<P> plugin; // goes first: its handles need the host
    };

    static roomd_status check(roomd_str config, roomd_fault_fn fault, void *user) noexcept {
        Faults faults(fault, user);
        const auto say = [&](roomd_status status, std::string_view text) noexcept {
            if (fault != nullptr) fault(user, str(""), str(text), str(""));
            return status;
        };
        const auto status = fenced([&] { P::check(view(config), faults); }, say);
        return status == ROOMD_OK && faults.any() ? ROOMD_INVALID : status;
    }
    static roomd_status start(const roomd_host *table, roomd_self *self, roomd_str config,
                              void **out, roomd_error *error) noexcept {
        return fenced(
            [&] {
                auto state = std::make_unique<State>(table, self);
                if constexpr (starts)
                    state->plugin = std::make_unique<P>(state->host, view(config));
                *out = state.release();
            },
            [&](roomd_status s, std::string_view text) noexcept { return fail(error, s, text); });
    }
    static roomd_status reload(void *state, roomd_str config, roomd_error *error) noexcept {
        return fenced(
            [&] { static_cast<State *>(state)->plugin->reload(view(config)); },
            [&](roomd_status s, std::string_view text) noexcept { return fail(error, s, text); });
    }
    static void on_drain(void *state) noexcept {
        auto &me = *static_cast<State *>(state);
        me.host.core().fence("on_drain", [&] { me.plugin->on_drain(); });
    }
    static void stop(void *state) noexcept {
        const std::unique_ptr<State> me(static_cast<State *>(state));
        // Not reset(), which is noexcept: a destructor may be declared to throw.
        me->host.core().fence("stop", [&] { delete me->plugin.release(); });
    }

    static void command(const roomd_command *asked, roomd_text_fn fn, void *user) noexcept {
        std::string said;
        const auto say = [&](roomd_status status, std::string_view text) noexcept {
            fn(user, status, str(text));
            return status;
        };
        if (fenced([&] { said = P::command(Command(*asked)); }, say) == ROOMD_OK)
            fn(user, ROOMD_OK, str(said));
    }

    static roomd_plugin table(const char *name, const char *version) noexcept {
        roomd_plugin table{};
        table.struct_size = sizeof table;
        table.abi_major = ROOMD_ABI_MAJOR;
        table.name = name;
        table.version = version;
        table.start = start;
        table.stop = stop;
        if constexpr (Checks<P>) table.check = check;
        if constexpr (Reloads<P>) table.reload = reload;
        if constexpr (Drains<P>) table.on_drain = on_drain;
        if constexpr (Commands<P>) table.command = command;
        if constexpr (Guarded<P>) table.flags = P::guarded ? ROOMD_PLUGIN_GUARDED : 0u;
        if constexpr (HasSchema<P>) table.config_schema = P::config_schema;
        if constexpr (HasMinor<P>) table.abi_minor = P::abi_minor;
        return table;
    }
};

} // namespace detail
} // namespace roomd

// Put once, at the end of the plugin's main file, outside any namespace.
#define ROOMD_PLUGIN(Class, Name, Version)                                                         \
    extern "C" ROOMD_EXPORT const roomd_plugin *roomd_plugin_entry(std::uint32_t host_major,       \
                                                                   std::uint32_t host_minor) {     \
        static const roomd_plugin table = roomd::detail::Glue<Class>::table(Name, Version);        \
        return host_major == ROOMD_ABI_MAJOR && host_minor >= table.abi_minor ? &table : nullptr;  \
    }
