#pragma once

#include "postgres/database.hpp"
#include "postgres/settings.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace roomd::postgres {

// What a command says, to people and to programs.
struct Answer {
    std::string text;
    nlohmann::json data = nlohmann::json::object();
};

// What somebody asked for, and with which options and configuration.
class Asked {
public:
    explicit Asked(const Command &);

    // Options; one that is missing, or of another type, reads as false, empty, or `otherwise`.
    bool flag(const char *name) const;
    std::string text(const char *name) const;
    std::vector<std::string> texts(const char *name) const;
    std::int64_t whole(const char *name, std::int64_t otherwise) const;

    // `events` of the configuration, in its order.
    const nlohmann::ordered_json &events() const noexcept { return events_; }
    // Where the section's dsn leads.  Throws Failure.
    Database connect();
    // What servers have warned about so far.
    const std::vector<std::string> &notices() const noexcept { return notices_; }

private:
    nlohmann::json options_;
    nlohmann::ordered_json events_;
    Settings settings_;
    std::vector<std::string> notices_;
};

// `roomd pg NAME`.  Each throws Failure, and has its own file.
Answer init_schema(Asked &);
Answer migrate_schema(Asked &);
Answer show_status(Asked &);
Answer replay_dead(Asked &);
Answer make_emitters(Asked &);

// Carries out the command of this name; returns what roomd_plugin.command returns.
std::string run_command(const Command &);

} // namespace roomd::postgres
