#include <roomd/plugin.hpp>

#include <string>
#include <string_view>

// Lets people into /desk who know the word, answers their questions, and tells the time.
class Desk {
public:
    static constexpr const char *config_schema =
        R"({"type":"object","properties":{"word":{"type":"string","description":"who may enter"}}})";

    static void check(std::string_view config, roomd::Faults &faults) {
        if (config.find("\"word\"") == std::string_view::npos)
            faults.add("", "word is missing", "write word: sesame");
    }

    Desk(roomd::Host &host, std::string_view config) : host_(host), config_(config) {
        host.keep_header("user-agent"); // must be asked for: only then connects carry it
        connects_ = host.on_connect(
            "/desk", [this](const auto &who, auto &verdict) { enter(who, verdict); });
        asks_ = host.on_event("/desk", "ask", [](const auto &event, auto &ack) {
            if (ack) ack.send(event.args); // an Ack may also be moved away and answered later
        });
        leaves_ = host.on_disconnect("/desk", [this](const auto &who) {
            host_.info("left the desk", {{"id", who.id}, {"reason", who.reason}});
        });
        clock_ = host.every(1000, [this] { tell_time(); });
        page_ = host.route({.method = "GET", .path = "/desk", .scope = "", .headers = {}},
                           [this](const auto &, auto &response) { count(response); });
        ticks_ = host.counter("ticks_total", "Times the time was told.");
    }

private:
    void enter(const roomd::Connect &who, roomd::Verdict &verdict) {
        // No JSON library comes with the face: take the one you like.  This is enough here.
        const std::string expected = "\"word\":\"" + word() + "\"";
        if (who.auth.find(expected) == std::string_view::npos) {
            verdict.refuse("say the word", R"({"code":"word","retryable":false})");
            return;
        }
        host_.join(who.client, "desk:visitors");
        host_.emit(roomd::Emit("before").nsp("/desk").only(who.client)); // ahead of the reply
        verdict.accept();
        host_.emit(roomd::Emit("welcome").nsp("/desk").only(who.client)); // behind it
    }

    void tell_time() {
        const auto status =
            host_.emit(roomd::Emit("time").nsp("/desk").to("desk:visitors").vanishing());
        if (status == ROOMD_OK) ticks_.add();
    }

    // The answer comes later: the Response is moved into the callback.
    void count(roomd::Response &response) {
        host_.members("/desk", "desk:visitors",
                      [response = std::move(response)](roomd_status, auto clients) mutable {
                          response.send(200, std::to_string(clients.size()), "text/plain");
                      });
    }

    std::string word() const {
        const auto from = config_.find("\"word\":\"") + 8;
        return config_.substr(from, config_.find('"', from) - from);
    }

    roomd::Host &host_;
    std::string config_;
    roomd::Counter ticks_;
    roomd::Handle connects_, asks_, leaves_, clock_, page_;
};

ROOMD_PLUGIN(Desk, "desk", "1.0")
