#include "postgres/target.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>

namespace roomd::postgres {
namespace {

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (std::size_t from = 0;;) {
        const auto comma = list.find(',', from);
        parts.emplace_back(list.substr(from, comma - from));
        if (comma == std::string_view::npos) return parts;
        from = comma + 1;
    }
}

// A folder of Unix sockets, or an abstract one.
bool is_path(const std::string &name) {
    return name.empty() || name.front() == '/' || name.front() == '@';
}

bool is_numeric(const std::string &name) {
    in6_addr any;
    return inet_pton(AF_INET, name.c_str(), &any) == 1 ||
           inet_pton(AF_INET6, name.c_str(), &any) == 1;
}

bool is_port(const std::string &text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.empty() || (text.size() <= 5 && std::all_of(text.begin(), text.end(), digit) &&
                            std::stoi(text) > 0 && std::stoi(text) <= 65535);
}

const std::string *find(const std::vector<Target::Option> &options, std::string_view key) {
    const auto it = std::find_if(options.begin(), options.end(),
                                 [&](const auto &option) { return option.first == key; });
    return it == options.end() ? nullptr : &it->second;
}

// What applies unless the connection string says otherwise.
constexpr std::pair<const char *, const char *> defaults[] = {
    {"fallback_application_name", "roomd"},
    {"client_encoding", "UTF8"},
    // Kerberos may ask the network, and waits for it.
    {"gssencmode", "disable"},
    // Neither LISTEN nor the sequencer works on a standby.
    {"target_session_attrs", "read-write"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},
    {"keepalives_count", "3"},
};

// The servers of parallel lists; false: their lengths differ.
bool pair_up(Target &target, const std::string &hosts, const std::string &addresses,
             const std::string &ports) {
    const auto names = split(hosts), numbers = split(addresses), doors = split(ports);
    const auto count = std::max(names.size(), numbers.size());
    if ((!hosts.empty() && names.size() != count) ||
        (!addresses.empty() && numbers.size() != count) ||
        (doors.size() != count && doors.size() != 1))
        return false;
    for (std::size_t i = 0; i < count; ++i) {
        Target::Server server;
        if (!hosts.empty()) server.name = names[i];
        if (!addresses.empty()) server.address = numbers[i];
        server.port = doors.size() == 1 ? doors.front() : doors[i];
        if (server.address.empty() && is_numeric(server.name)) server.address = server.name;
        target.servers.push_back(std::move(server));
    }
    return true;
}

} // namespace

std::string Target::where() const {
    std::string out;
    for (const auto &server : servers) {
        if (!out.empty()) out += ",";
        const auto &name = server.name.empty() ? server.address : server.name;
        out += name.empty() ? std::string("local socket") : name;
        if (!server.port.empty()) out += ":" + server.port;
    }
    const auto *database = find(options, "dbname");
    return database == nullptr ? out : out + "/" + *database;
}

std::vector<std::string> Target::names() const {
    std::vector<std::string> out;
    for (const auto &server : servers) {
        if (server.address.empty() && !is_path(server.name)) out.push_back(server.name);
    }
    return out;
}

std::vector<Target::Option>
Target::parameters(const std::vector<std::vector<std::string>> &addresses) const {
    std::string hosts, numbers, ports;
    bool first = true;
    const auto add = [&](const Server &server, const std::string &address) {
        if (!std::exchange(first, false)) {
            hosts += ',';
            numbers += ',';
            ports += ',';
        }
        hosts += server.name;
        numbers += address;
        ports += server.port;
    };
    std::size_t resolved = 0;
    for (const auto &server : servers) {
        if (!server.address.empty() || is_path(server.name)) {
            add(server, server.address);
            continue;
        }
        for (const auto &address : addresses.at(resolved))
            add(server, address);
        ++resolved;
    }
    auto out = options;
    const auto given = [](const std::string &list) {
        return list.find_first_not_of(',') != std::string::npos;
    };
    if (given(hosts)) out.emplace_back("host", hosts);
    if (given(numbers)) out.emplace_back("hostaddr", numbers);
    if (given(ports)) out.emplace_back("port", ports);
    for (const auto &[key, value] : defaults) {
        if (find(options, key) == nullptr) out.emplace_back(key, value);
    }
    return out;
}

Words::Words(const std::vector<Target::Option> &options) {
    for (const auto &[key, value] : options) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
}

void Target::begin_with_next() {
    if (!servers.empty()) std::rotate(servers.begin(), servers.begin() + 1, servers.end());
}

std::optional<Target> read_dsn(const std::string &dsn, std::string &why) {
    char *said = nullptr;
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption *)> all(
        PQconninfoParse(dsn.c_str(), &said), PQconninfoFree);
    const std::unique_ptr<char, void (*)(void *)> message(said, PQfreemem);
    if (all == nullptr) {
        // libpq repeats what it does not understand, which may be part of a password; not so the
        // name of an option.
        why = "is not a connection string";
        const std::string_view text = said == nullptr ? "" : said;
        if (text.starts_with("invalid connection option") ||
            text.starts_with("invalid URI query parameter"))
            why += ": " + std::string(text.substr(0, text.find('\n')));
        return {};
    }
    Target target;
    std::string hosts, addresses, ports;
    for (const auto *option = all.get(); option->keyword != nullptr; ++option) {
        if (option->val == nullptr || *option->val == '\0') continue;
        const std::string key = option->keyword;
        if (key == "host")
            hosts = option->val;
        else if (key == "hostaddr")
            addresses = option->val;
        else if (key == "port")
            ports = option->val;
        else if (key == "service") {
            why = "names a service, whose file may name a host that only libpq knows";
            return {};
        } else
            target.options.emplace_back(key, option->val);
    }
    const char *const inherited = std::getenv("PGHOST");
    if (hosts.empty() && addresses.empty() && inherited != nullptr) hosts = inherited;
    if (!pair_up(target, hosts, addresses, ports)) {
        why = "does not name as many ports and addresses as hosts";
        return {};
    }
    if (!std::all_of(target.servers.begin(), target.servers.end(),
                     [](const auto &server) { return is_port(server.port); })) {
        why = "names an invalid port";
        return {};
    }
    return target;
}

} // namespace roomd::postgres
