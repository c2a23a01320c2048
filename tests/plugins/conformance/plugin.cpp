// What the public Socket.IO protocol test suite asks of a server, through the ABI alone.
#include <roomd/plugin.hpp>

#include <string_view>
#include <vector>

namespace {

class Conformance {
public:
    Conformance(roomd::Host &host, std::string_view) : host_(host) {
        for (const std::string_view nsp : {"/", "/custom"}) {
            // The verdict first: what is emitted behind it follows the CONNECT reply.
            keep(host.on_connect(nsp, [this](const roomd::Connect &who, roomd::Verdict &verdict) {
                const auto args = "[" + std::string(who.auth.empty() ? "{}" : who.auth) + "]";
                verdict.accept();
                host_.emit(roomd::Emit("auth").nsp(who.nsp).only(who.client).args(args));
            }));
            keep(host.on_event(nsp, "message", [this](const roomd::Event &event, roomd::Ack &) {
                host_.emit(
                    roomd::Emit("message-back").nsp(event.nsp).only(event.client).args(event.args));
            }));
            keep(host.on_event(nsp, "message-with-ack",
                               [](const roomd::Event &event, roomd::Ack &ack) {
                                   if (ack) ack.send(event.args);
                               }));
        }
    }

private:
    void keep(roomd::Handle handle) { hooks_.push_back(std::move(handle)); }

    roomd::Host &host_;
    std::vector<roomd::Handle> hooks_;
};

} // namespace

ROOMD_PLUGIN(Conformance, "conformance", "1.0")
