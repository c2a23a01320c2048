#include "postgres/trouble.hpp"

#include <cstddef>

namespace roomd::postgres {
namespace {

struct Known {
    std::string_view
        sqlstate; // or its class, two characters; empty: of an attempt to connect, by words
    std::string_view words; // names and other texts in quotes left out
    std::string_view hint;
    bool lasting;
};

// Most special first.
constexpr Known known[] = {
    {"", "password authentication failed", "correct user and password in dsn, then reload", true},
    {"", "no password supplied", "put the password into dsn, then reload", true},
    {"", "no pg_hba.conf entry", "allow this host and user in the server's pg_hba.conf", true},
    {"", "role \"\" does not exist", "create the role, or correct the user in dsn and reload",
     true},
    {"", "role \"\" is not permitted to log in",
     "ALTER ROLE .. LOGIN, or correct the user in dsn and reload", true},
    {"", "database \"\" does not exist",
     "create the database, or correct its name in dsn and reload", true},
    {"", "permission denied for database \"\"", "GRANT CONNECT ON DATABASE .. to the user of dsn",
     true},
    {"", "too many clients", "raise max_connections, or connect through a pooler", false},
    {"", "remaining connection slots", "raise max_connections, or connect through a pooler", false},
    {"", "too many connections", "raise the connection limit of the role or the database", false},
    {"", "certificate", "correct sslmode, sslrootcert or the server's certificate", true},
    {"", "server does not support SSL", "switch SSL on in the server, or correct sslmode", true},
    {"", "Connection refused", "start PostgreSQL, or correct host and port in dsn", false},
    {"", "No such file or directory", "start PostgreSQL, or correct host in dsn", false},
    {"", "session is read-only", "name a server that is not a standby", false},
    {"3F000", "", "run roomd pg init with this database", true},
    {"42P01", "", "run roomd pg init or roomd pg migrate with this database", true},
    {"42883", "", "run roomd pg init or roomd pg migrate with this database", true},
    {"42703", "", "run roomd pg migrate with this database", true},
    {"42501", "", "grant the role roomd_daemon to the user of dsn", true},
    {"42", "", "correct the query", true},
    {"53100", "", "make room on the server's disk", false},
    {"53", "", "give the server more of what it lacks", false},
    {"25006", "", "name a server that is not a standby", false},
};

// A name that someone chose says nothing about what is wrong.
std::string without_names(std::string_view said) {
    std::string out;
    bool inside = false;
    for (const char c : said) {
        if (c == '"') inside = !inside;
        if (c == '"' || !inside) out += c;
    }
    return out;
}

} // namespace

bool is_of_encoding(std::string_view sqlstate) noexcept {
    return sqlstate == "22021" || sqlstate == "22P05";
}

std::string one_line(std::string_view text) {
    constexpr std::size_t most = 400;
    std::string out;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || c == '\t') {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += c;
        }
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    if (out.size() <= most) return out;
    auto end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80)
        --end;
    return out.substr(0, end) + "...";
}

Trouble trouble_of(std::string_view said, std::string_view sqlstate) {
    Trouble out{one_line(said), {}, false};
    if (out.why.empty()) out.why = "the connection was lost";
    const auto words = without_names(said);
    for (const auto &one : known) {
        const bool fits = one.sqlstate.empty()
                              ? sqlstate.empty() && words.find(one.words) != std::string::npos
                              : sqlstate.substr(0, one.sqlstate.size()) == one.sqlstate;
        if (!fits) continue;
        out.hint = one.hint;
        out.lasting = one.lasting;
        break;
    }
    return out;
}

} // namespace roomd::postgres
