#include <roomd/plugin.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// Knows who is in the namespace "/", also after a reload has restarted it.
class Regulars {
public:
    Regulars(roomd::Host &host, std::string_view) : host_(host) {
        comes_ = host.on_connected("/", [this](const auto &who) { meet(who.client); });
        leaves_ = host.on_disconnect("/", [this](const auto &who) { known_.erase(who.client); });
        page_ = host.route({.method = "GET", .path = "/regulars", .scope = "", .headers = {}},
                           [this](const auto &, auto &response) {
                               response.send(200, std::to_string(known_.size()), "text/plain");
                           });
        catch_up(0);
    }

private:
    // Who was there before, a page at a time.
    void catch_up(roomd_client after) {
        constexpr std::uint32_t page = 1000;
        host_.clients("/", after, page, [this](roomd_status status, auto clients) {
            if (status != ROOMD_OK) return;
            for (const auto client : clients)
                meet(client);
            if (clients.size() == page) catch_up(clients.back());
        });
    }
    void meet(roomd_client client) {
        host_.describe(client, [this](roomd_status status, const roomd::Described &who) {
            if (status == ROOMD_OK) known_[who.client] = who.identity; // else it has left already
        });
    }

    roomd::Host &host_;
    std::map<roomd_client, std::string> known_; // with their identities
    roomd::Handle comes_, leaves_, page_;
};

ROOMD_PLUGIN(Regulars, "regulars", "1.0")
