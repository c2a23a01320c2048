// What backends do to clients over HTTP: rooms, kick and presence.
#include "http_clients/answer.hpp"
#include "http_clients/asked.hpp"
#include "rest/object.hpp"
#include "rest/problem.hpp"
#include "rest/settings.hpp"

#include <functional>
#include <memory>
#include <unordered_set>
#include <utility>
#include <variant>

namespace roomd::http_clients {
namespace {

// A thousand users of 1,024 bytes fit, each byte of them written as \u00XX.
constexpr std::uint32_t most_body = 7u << 20;

const rest::Problem not_found{404, "not_found", "nothing is at this path"};

// Who of some users is online, asked one by one.  Shared by the answers; the last one tells.
struct Pending {
    std::vector<std::string> users;
    std::vector<bool> there = std::vector<bool>(users.size());
    Response response;
    std::size_t open = 0; // answers still to come

    void answer() {
        std::vector<std::string> online_ones;
        for (std::size_t i = 0; i < users.size(); ++i)
            if (there[i]) online_ones.push_back(users[i]);
        response.send(200, online(online_ones));
    }
};

class HttpClients {
public:
    static constexpr bool guarded = true;
    static constexpr std::uint32_t abi_minor = 3;
    static constexpr const char *config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "properties": {
    "path": {"type": "string", "default": "/api/",
             "description": "what its paths begin with: <path>rooms/join, <path>kick, .."},
    "scopes": {"type": "array", "items": {"enum": ["rooms", "kick", "presence"]},
               "uniqueItems": true, "default": ["rooms", "kick", "presence"],
               "description": "which parts are served, each to keys with the scope of its name"},
    "addresses": {"type": "boolean", "default": false,
                  "description": "whether presence tells the addresses of clients"}
  },
  "additionalProperties": false
})json";

    static void check(std::string_view config, Faults &faults) { read(config, faults); }

    HttpClients(Host &host, std::string_view text) : host_(host) {
        Faults none(nullptr, nullptr);
        const auto config = read(text, none);
        if (none.any()) throw Failure(ROOMD_INVALID, "check() does not accept the configuration");
        addresses_ = config.addresses;
        for (const auto &scope : config.scopes) {
            if (scope == "rooms") serve_rooms(config.path);
            if (scope == "kick") serve_kick(config.path);
            if (scope == "presence") serve_presence(config.path);
        }
    }

private:
    using Serve = std::function<void(const Request &, Response &)>;
    struct Config {
        std::string path;
        std::vector<std::string> scopes;
        Addresses addresses;
    };
    static Config read(std::string_view text, Faults &faults) {
        rest::Settings settings(text, faults);
        Config config{settings.path("path", "/api/"),
                      settings.words("scopes", {"rooms", "kick", "presence"}),
                      settings.flag("addresses", false) ? Addresses::shown : Addresses::left_out};
        if (config.path.back() != '/')
            faults.add("/path", "path does not end in \"/\"", "write " + config.path + "/");
        settings.refuse_others();
        return config;
    }

    void serve(std::string_view method, const std::string &path, std::string_view scope,
               Serve serve) {
        Route route;
        route.method = method;
        route.path = path;
        route.scope = scope;
        route.headers = {"content-type", "content-encoding"};
        route.max_body = most_body;
        route.encoded = method == "GET"; // what is below it is a name
        routes_.push_back(host_.route(route, std::move(serve)));
    }
    void serve_rooms(const std::string &path) {
        serve("POST", path + "rooms/join", "rooms",
              [this](const Request &q, Response &r) { move(q, r, read_move(q.body, ROOMD_JOIN)); });
        serve("POST", path + "rooms/leave", "rooms", [this](const Request &q, Response &r) {
            move(q, r, read_move(q.body, ROOMD_LEAVE));
        });
    }
    void serve_kick(const std::string &path) {
        serve("POST", path + "kick", "kick",
              [this](const Request &q, Response &r) { move(q, r, read_kick(q.body)); });
    }
    void serve_presence(const std::string &path) {
        const auto users = path + "presence/users/", rooms = path + "presence/rooms/";
        serve("GET", users, "presence", [this, users](const Request &q, Response &r) {
            const auto name = rest::name_below(q.path, users);
            if (!name || !is_user(*name)) return rest::refuse(r, not_found);
            tell_user(q, r, *name);
        });
        serve("GET", rooms, "presence", [this, rooms](const Request &q, Response &r) {
            const auto name = rest::name_below(q.path, rooms);
            if (!name) return rest::refuse(r, not_found);
            tell_members(q, r, *name);
        });
        serve("POST", path + "presence/online", "presence",
              [this](const Request &q, Response &r) { tell_online(q, r); });
    }

    void move(const Request &request, Response &response,
              std::variant<Asked, rest::Problem> &&read) {
        if (!rest::is_json(request)) return rest::refuse(response, rest::not_json);
        if (const auto *wrong = std::get_if<rest::Problem>(&read))
            return rest::refuse(response, *wrong);
        const auto asked = std::make_shared<const Asked>(std::get<Asked>(std::move(read)));
        auto whom = asked->whom();
        whom.on_behalf(request.key);
        const std::vector<std::string_view> rooms(asked->rooms.begin(), asked->rooms.end());
        // The ticket goes into the callback only when the host has taken the move.
        const auto ticket = std::make_shared<Response>(std::move(response));
        const auto status =
            host_.move(whom, asked->what, rooms, asked->reason,
                       [asked, ticket](roomd_status became, const Moved &what) {
                           if (became == ROOMD_OK)
                               return void(ticket->send(200, moved(*asked, what)));
                           rest::refuse(*ticket, problem_of(became, what.code, what.text,
                                                            place_in_body(*asked, what.pointer)));
                       });
        if (status != ROOMD_OK) rest::refuse(*ticket, problem_of(status, {}, {}, {}));
    }

    // `tell` answers when all is well.
    template <class Tell>
    void find(const Whom &whom, roomd_client after, std::uint32_t limit, Response &response,
              Tell tell) {
        const auto ticket = std::make_shared<Response>(std::move(response));
        const auto status =
            host_.find(whom, after, limit, [ticket, tell](roomd_status became, const Found &found) {
                if (became == ROOMD_OK) return void(ticket->send(200, tell(found)));
                rest::refuse(*ticket, problem_of(became, found.code, found.text, {}));
            });
        if (status != ROOMD_OK) rest::refuse(*ticket, problem_of(status, {}, {}, {}));
    }

    void tell_user(const Request &request, Response &response, const std::string &name) {
        const auto nsp = read_namespace(request.query);
        if (const auto *wrong = std::get_if<rest::Problem>(&nsp))
            return rest::refuse(response, *wrong);
        auto whom = Whom::user(name);
        whom.nsp(std::get<std::string>(nsp)).on_behalf(request.key);
        find(whom, 0, most_members, response, [name, addresses = addresses_](const Found &found) {
            return user(name, found, addresses);
        });
    }

    void tell_members(const Request &request, Response &response, const std::string &room) {
        const auto read = read_page(request.query);
        if (const auto *wrong = std::get_if<rest::Problem>(&read))
            return rest::refuse(response, *wrong);
        const auto &page = std::get<Page>(read);
        auto whom = Whom::room(room);
        whom.nsp(page.nsp).on_behalf(request.key);
        find(whom, page.after, page.limit, response,
             [room, page](const Found &found) { return members(room, page, found); });
    }

    void tell_online(const Request &request, Response &response) {
        if (!rest::is_json(request)) return rest::refuse(response, rest::not_json);
        auto read = read_users(request.body);
        if (const auto *wrong = std::get_if<rest::Problem>(&read))
            return rest::refuse(response, *wrong);
        auto &users = std::get<std::vector<std::string>>(read);
        const auto pending = std::make_shared<Pending>(
            Pending{each_once(std::move(users)), {}, std::move(response)});
        pending->there.resize(pending->users.size());
        pending->open = pending->users.size();
        if (pending->open == 0) return pending->answer();
        for (std::size_t i = 0; i < pending->users.size(); ++i) {
            auto whom = Whom::user(pending->users[i]);
            whom.nsp("*");
            const auto status =
                host_.find(whom, 0, 0, [pending, i](roomd_status became, const Found &found) {
                    pending->there[i] = became == ROOMD_OK && found.total > 0;
                    if (--pending->open == 0 && pending->response) pending->answer();
                });
            if (status == ROOMD_OK) continue;
            // Those that were asked about come to nothing.
            return rest::refuse(pending->response, problem_of(status, {}, {}, {}));
        }
    }
    static std::vector<std::string> each_once(std::vector<std::string> users) {
        std::vector<std::string> out;
        std::unordered_set<std::string> seen;
        for (auto &user : users)
            if (seen.insert(user).second) out.push_back(std::move(user));
        return out;
    }

    Host &host_;
    Addresses addresses_ = Addresses::left_out;
    std::vector<Handle> routes_;
};

} // namespace
} // namespace roomd::http_clients

ROOMD_PLUGIN(roomd::http_clients::HttpClients, "http_clients", "1.0")
