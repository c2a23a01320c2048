#include "postgres/commands.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace roomd::postgres {
namespace {

using nlohmann::json;

template <class Json> Json object_of(std::string_view text) {
    auto out = Json::parse(text.empty() ? "{}" : text, nullptr, false);
    return out.is_object() ? std::move(out) : Json::object();
}

Settings settings_of(std::string_view config) {
    Faults none(nullptr, nullptr); // check() has told them
    return read_settings(config, none);
}

std::string joined(const std::vector<std::string> &lines) {
    std::string out;
    for (const auto &line : lines)
        out += line + '\n';
    return out;
}

} // namespace

Asked::Asked(const Command &command) :
    options_(object_of<json>(command.options)),
    events_(object_of<nlohmann::ordered_json>(command.events)),
    settings_(settings_of(command.config)) {}

bool Asked::flag(const char *name) const {
    const auto it = options_.find(name);
    return it != options_.end() && it->is_boolean() && it->get<bool>();
}

std::string Asked::text(const char *name) const {
    const auto it = options_.find(name);
    return it != options_.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::vector<std::string> Asked::texts(const char *name) const {
    std::vector<std::string> out;
    const auto it = options_.find(name);
    if (it == options_.end() || !it->is_array()) return out;
    for (const auto &one : *it)
        if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
}

std::int64_t Asked::whole(const char *name, std::int64_t otherwise) const {
    const auto it = options_.find(name);
    return it != options_.end() && it->is_number_integer() ? it->get<std::int64_t>() : otherwise;
}

Database Asked::connect() {
    if (settings_.target.servers.empty())
        throw Failure(ROOMD_INVALID, "the section has no dsn that can be read");
    return {settings_.target, settings_.times.connect, notices_};
}

std::string run_command(const Command &command) {
    using Carry = Answer (*)(Asked &);
    static constexpr std::array<std::pair<std::string_view, Carry>, 5> known{{
        {"init", init_schema},
        {"migrate", migrate_schema},
        {"status", show_status},
        {"replay", replay_dead},
        {"emitters", make_emitters},
    }};
    const auto *const found = std::find_if(
        known.begin(), known.end(), [&](const auto &one) { return one.first == command.name; });
    if (found == known.end())
        throw Failure(ROOMD_UNSUPPORTED,
                      "the plugin postgres has no command " + std::string(command.name));
    Asked asked(command);
    try {
        auto answer = found->second(asked);
        if (!asked.notices().empty()) answer.data["notices"] = asked.notices();
        const json out{{"text", joined(asked.notices()) + answer.text},
                       {"data", std::move(answer.data)}};
        // What a server of SQL_ASCII holds need not be UTF-8.
        return out.dump(-1, ' ', false, json::error_handler_t::replace);
    } catch (const Failure &failure) {
        if (asked.notices().empty()) throw;
        throw Failure(failure.status, joined(asked.notices()) + failure.what());
    }
}

} // namespace roomd::postgres
