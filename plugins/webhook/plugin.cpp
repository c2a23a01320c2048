// What happens at the daemon goes to a backend over HTTP, and questions of clients are answered
// there.
#include "base/clock.hpp"
#include "webhook/answers.hpp"
#include "webhook/counts.hpp"
#include "webhook/schema.hpp"
#include "webhook/sender.hpp"
#include "webhook/settings.hpp"
#include "webhook/texts.hpp"
#include "webhook/verdicts.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roomd::webhook {
namespace {

constexpr std::size_t longest_origin = 1000;

class Webhook {
public:
    static constexpr const char *config_schema = webhook::config_schema;
    static constexpr std::uint32_t abi_minor = 3; // on_room()

    static void check(std::string_view config, Faults &faults) { read_settings(config, faults); }

    Webhook(Host &host, std::string_view text) :
        host_(host),
        counts_(host),
        settings_(read(text)),
        verdicts_(sender_, counts_, settings_),
        sender_(host, counts_, settings_) {
        host_.keep_header("origin");
        listen();
    }

    void reload(std::string_view text) {
        auto before = std::exchange(settings_, read(text));
        auto hooks = std::exchange(hooks_, {});
        try {
            listen(); // throws for a name that no room can have
        } catch (...) {
            hooks_ = std::move(hooks);
            settings_ = std::move(before);
            throw;
        }
        sender_.reload(settings_);
        verdicts_.apply(settings_);
    }

private:
    static Settings read(std::string_view text) {
        Faults none(nullptr, nullptr);
        auto settings = read_settings(text, none);
        if (none.any()) throw Failure(ROOMD_INVALID, "check() does not accept the configuration");
        return settings;
    }

    void listen() {
        // Whatever `namespaces` says: who is not asked about gets in.
        for (const std::string &nsp : settings_.connect_verdicts)
            hooks_.push_back(host_.on_connect(nsp, [this](const Connect &who, Verdict &verdict) {
                verdicts_.decide(who, who.header("origin").substr(0, longest_origin), verdict);
            }));
        for (const std::string &nsp : settings_.namespaces) {
            for (const std::string &pattern : settings_.join_verdicts)
                hooks_.push_back(
                    host_.on_join(nsp, pattern, [this](const Join &who, Verdict &verdict) {
                        verdicts_.decide(who, verdict);
                    }));
            hooks_.push_back(
                host_.on_connected(nsp, [this](const Connected &who) { connected(who); }));
            for (const std::string &pattern : settings_.ack_events)
                hooks_.push_back(host_.on_event(
                    nsp, pattern, [this](const Event &event, Ack &ack) { ask(event, ack); }));
            if (!settings_.url.empty()) tell_of(nsp);
        }
    }

    void tell_of(const std::string &nsp) {
        if (settings_.disconnects)
            hooks_.push_back(host_.on_disconnect(nsp, [this](const Gone &who) {
                sender_.tell(disconnected(who, base::unix_ms()));
            }));
        for (const std::string &pattern : settings_.rooms)
            hooks_.push_back(host_.on_room(nsp, pattern, [this](const Room &room) {
                sender_.tell(room_changed(room, base::unix_ms()));
            }));
        for (const std::string &pattern : settings_.events)
            hooks_.push_back(host_.on_event(nsp, pattern, [this](const Event &event, Ack &ack) {
                sender_.tell(sent(event, base::unix_ms()));
                if (ack) ack.send(R"([{"ok":true}])");
            }));
    }

    void connected(const Connected &who) {
        host_.set_data(who.client, client_data(who.id));
        if (settings_.connects && !settings_.url.empty())
            sender_.tell(webhook::connected(who, base::unix_ms()));
    }

    void ask(const Event &event, Ack &ack) {
        counts_.acks.add();
        Ask ask;
        ask.client = event.client;
        ask.deadline = Time::clock::now() + settings_.acks.timeout;
        ask.body = question({"event", sender_.new_id(), asked_event(event)});
        ask.done = [this, ticket = std::make_shared<Ack>(std::move(ack))](const Reply *reply) {
            const auto args = reply != nullptr ? ack_of(*reply) : std::nullopt;
            if (!args) counts_.acks_unavailable.add();
            const roomd_status status = ticket->send(args.value_or(unavailable_ack()));
            // What the host does not take as an ack: nested too deep, or larger than max_payload.
            if (status == ROOMD_INVALID || status == ROOMD_TOO_BIG) ticket->send(unavailable_ack());
        };
        sender_.ask_ack(std::move(ask));
    }

    Host &host_;
    Counts counts_;
    Settings settings_;
    Verdicts verdicts_; // before the sender, whose thread brings it answers
    Sender sender_;
    std::vector<Handle> hooks_; // before the sender goes, nobody may tell it anything
};

} // namespace
} // namespace roomd::webhook

ROOMD_PLUGIN(roomd::webhook::Webhook, "webhook", "1.0")
