// Keeps with each client what it says, and says it back.  Without a reload: it is restarted.
#include <roomd/plugin.hpp>

#include <string>
#include <string_view>

class Keeper {
public:
    Keeper(roomd::Host &host, std::string_view) {
        sets_ = host.on_event("/", "set", [&host](const auto &event, auto &ack) {
            const auto args = event.args.json; // [{..}]
            host.set_data(event.client, args.substr(1, args.size() - 2));
            ack.send("[]");
        });
        gets_ = host.on_event("/", "get", [](const auto &event, auto &ack) {
            ack.send("[" + std::string(event.data) + "]");
        });
    }

private:
    roomd::Handle sets_, gets_;
};

ROOMD_PLUGIN(Keeper, "keeper", "1.0")
