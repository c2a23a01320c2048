// Does to clients what a plugin may do, when they ask for it: for tests with the real client.
#include <roomd/plugin.hpp>

#include <cstdint>
#include <cstdlib>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace {

class Sparring {
public:
    Sparring(roomd::Host &host, std::string_view) : host_(host) {
        keep(host.on_connect("/late*", [this](const auto &who, auto &verdict) {
            host_.join(who.client, "desk:early");
            host_.emit(roomd::Emit("early").nsp(who.nsp).only(who.client).args("[1]"));
            later([nsp = std::string(who.nsp), ticket = std::move(verdict)]() mutable {
                if (nsp == "/late/no")
                    ticket.refuse("closed today", R"({"code":"closed","retryable":false})");
                else
                    ticket.accept();
            });
        }));
        for (const std::string_view nsp : {"/", "/late*"})
            keep(host.on_event(nsp, "echo", [](const auto &event, auto &ack) {
                if (ack) ack.send(event.args);
            }));
        keep(host.on_event("/", "ask:*", [this](const auto &event, auto &) { ask(event); }));
        keep(host.on_event("/", "all:*",
                           [this](const auto &event, auto &ack) { ask_all(event, ack); }));
        keep(host.on_event("/", "note", [this](const auto &event, auto &ack) {
            const auto args = event.args.json; // ["text"]
            host_.set_data(event.client, args.substr(1, args.size() - 2));
            host_.post([ticket = std::move(ack)]() mutable { ticket.send("[]"); });
        }));
        keep(host.on_event("/", "who",
                           [this](const auto &event, auto &ack) { describe(event.client, ack); }));
        keep(host.on_event("/", "send-away", [this](const auto &event, auto &) {
            host_.disconnect(event.client, "asked to");
        }));
        keep(host.on_event("/", "close", [this](const auto &event, auto &) {
            host_.close(event.client, "asked to");
        }));
        keep(host.on_join("/", "library:slow*", [this](const auto &who, auto &verdict) {
            later([no = who.room == "library:slow-no", ticket = std::move(verdict)]() mutable {
                no ? ticket.refuse("too slow") : ticket.accept();
            });
        }));
        keep(host.on_disconnect("/", [this](const auto &who) {
            std::string args = "[\"" + std::string(who.id) + "\",\"" + std::string(who.reason);
            for (const auto room : who.rooms)
                args += "\",\"" + std::string(roomd::view(room));
            host_.emit(roomd::Emit("left").to("role:watch").args(args + "\"]"));
        }));
    }

private:
    static constexpr std::uint32_t pause_ms = 100;

    void keep(roomd::Handle handle) { hooks_.push_back(std::move(handle)); }

    template <class Fn> void later(Fn fn) {
        const auto at = timers_.emplace(timers_.end());
        *at = host_.after(pause_ms, [this, at, fn = std::move(fn)]() mutable {
            fn();
            timers_.erase(at);
        });
    }

    // "ask:<ms>": puts the question back to whom it came from, and tells it what was answered.
    void ask(const roomd::Event &event) {
        const auto ms = std::strtoul(std::string(event.name.substr(4)).c_str(), nullptr, 10);
        host_.ask(roomd::Emit("question").only(event.client).args(event.args),
                  static_cast<std::uint32_t>(ms),
                  [this, client = event.client](roomd_status status, const roomd::Args &answer) {
                      const auto args = "[\"" + std::string(roomd::name(status)) + "\"," +
                                        std::string(answer.json) + "]";
                      host_.emit(roomd::Emit("answered").only(client).args({args, answer.blobs}));
                  });
    }

    // "all:<ms>": puts the question to the room "library:all", and answers with how many answered,
    // how many were asked, and what the first said.
    void ask_all(const roomd::Event &event, roomd::Ack &ack) {
        const auto ms = std::strtoul(std::string(event.name.substr(4)).c_str(), nullptr, 10);
        host_.ask_all(roomd::Emit("question").to("library:all").args(event.args),
                      static_cast<std::uint32_t>(ms),
                      [ticket = std::move(ack)](roomd_status, const roomd::Replies &what) mutable {
                          roomd::Args first;
                          for (const roomd::Reply &one : what.replies)
                              if (one.status == ROOMD_OK && first.json == "[]") first = one.args;
                          const auto args = "[" + std::to_string(what.answered) + "," +
                                            std::to_string(what.replies.size()) + "," +
                                            std::string(first.json) + "]";
                          ticket.send({args, first.blobs});
                      });
    }

    // What is known of who asks: its transport, rooms, how many other namespaces, and its data.
    void describe(roomd_client client, roomd::Ack &ack) {
        host_.describe(
            client, [ticket = std::move(ack)](roomd_status, const roomd::Described &who) mutable {
                std::string rooms;
                for (const auto room : who.rooms)
                    rooms += (rooms.empty() ? "\"" : ",\"") + std::string(roomd::view(room)) + "\"";
                const auto data = who.data.empty() ? std::string_view("null") : who.data;
                ticket.send("[{\"transport\":\"" + std::string(who.transport) + "\",\"rooms\":[" +
                            rooms + "],\"others\":" + std::to_string(who.others.size()) +
                            ",\"data\":" + std::string(data) + "}]");
            });
    }

    roomd::Host &host_;
    std::vector<roomd::Handle> hooks_;
    std::list<roomd::Handle> timers_;
};

} // namespace

ROOMD_PLUGIN(Sparring, "sparring", "1.0")
