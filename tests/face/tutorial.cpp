#include <roomd/plugin.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

using nlohmann::json;

// The text of `member` at the top level; empty when there is none.
std::string text_of(const json &value, const char *member) {
    if (!value.is_object()) return {};
    const auto found = value.find(member);
    return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Lets people into /desk who know the word, answers their questions, and tells the time.
class Desk {
public:
    static constexpr const char *config_schema =
        R"({"type":"object","properties":{"word":{"type":"string","description":"who may enter"}}})";

    static void check(std::string_view config, roomd::Faults &faults) {
        if (text_of(json::parse(config), "word").empty())
            faults.add("", "word is missing", "write word: sesame");
    }

    Desk(roomd::Host &host, std::string_view config) :
        host_(host),
        word_(text_of(json::parse(config), "word")) {
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
        // Empty when the client sent none: no exception, but a value that is not an object.
        const json auth = json::parse(who.auth, nullptr, false);
        if (text_of(auth, "word") != word_) {
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

    roomd::Host &host_;
    std::string word_;
    roomd::Counter ticks_;
    roomd::Handle connects_, asks_, leaves_, clock_, page_;
};

ROOMD_PLUGIN(Desk, "desk", "1.0")
