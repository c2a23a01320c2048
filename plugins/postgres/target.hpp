#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::postgres {

// Where to connect and as whom: a connection string, taken apart.
struct Target {
    struct Server {
        std::string name;    // a host's name, a folder of Unix sockets, or empty: libpq's own
        std::string address; // numbers, or empty: `name` is to be resolved
        std::string port;    // or empty: libpq's own
        bool operator==(const Server &) const = default;
    };
    using Option = std::pair<std::string, std::string>;

    std::vector<Server> servers; // tried in order
    std::vector<Option> options; // all else, as libpq names it; holds the password
    bool operator==(const Target &) const = default;

    // "db.example:5432/app", for people.  Holds no secret.
    std::string where() const;
    // Names that libpq would look up itself, which would block the loop.
    std::vector<std::string> names() const;
    // What PQconnectStartParams() takes.  `addresses`: what names() stand for, in their order;
    // a server of several addresses is tried at each.
    std::vector<Option> parameters(const std::vector<std::vector<std::string>> &addresses) const;
    // Puts another server first next time: libpq itself would wait for one that is silent.
    void begin_with_next();
};

// Options as libpq takes them: two lists that end in null, with views into the options.
struct Words {
    explicit Words(const std::vector<Target::Option> &);
    std::vector<const char *> keys, values;
};

// What libpq takes as a connection string, a URI or key=value.  None: `why` says what is wrong with
// it, and repeats nothing of it that could be a secret.
std::optional<Target> read_dsn(const std::string &dsn, std::string &why);

} // namespace roomd::postgres
