// What somebody writes who has only include/roomd and docs/plugins.md: all that a plugin can do,
// for tests/e2e/stranger.test.mjs.
#include <roomd/plugin.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::string quoted(std::string_view text) { // of texts that need no escape
    return "\"" + std::string(text) + "\"";
}

class Stranger {
public:
    Stranger(roomd::Host &host, std::string_view) : host_(host), wake_(eventfd(0, EFD_NONBLOCK)) {
        host.keep_header("x-portal");
        for (const std::string_view nsp : {"/desk", "/team-*"}) {
            keep(host.on_connect(
                nsp, [this](const auto &who, auto &verdict) { decide_later(who, verdict); }));
        }
        on("now", [](const auto &event, auto &ack) { ack.send(event.args); });
        on("later", [this](const auto &event, auto &ack) { answer_later(event, ack); });
        on("ask", [this](const auto &event, auto &ack) { ask(event.client, ack); });
        on("fan", [this](const auto &event, auto &ack) { fan(event.client, ack); });
        on("go", [this](const auto &event, auto &ack) {
            const auto room = event.args.json.substr(2, event.args.json.size() - 4);
            ack.send("[" + std::to_string(host_.join(event.client, room)) + "]");
        });
        on("members", [this](const auto &, auto &ack) { members(ack); });
        on("wake", [this](const auto &, auto &) {
            spawn([this] {
                const std::uint64_t three = 3;
                (void)!write(wake_, &three, sizeof three);
            });
        });
        keep(host.on_disconnect("/desk", [this](const auto &who) { note(who); }));
        keep(host.route(
            {.method = "GET", .path = "/gone", .scope = "", .headers = {}},
            [this](const auto &, auto &response) { response.send(200, "[" + gone_ + "]"); }));
        keep(host.route({.method = "POST", .path = "/echo/", .scope = "", .headers = {"x-thing"}},
                        [this](const auto &request, auto &response) { echo(request, response); }));
        keep(host.every(100, [this] { host_.emit(to_desk("tick").to_all().vanishing()); }));
        watch_ = host.watch(wake_, ROOMD_FD_READ, [this](std::uint32_t) {
            std::uint64_t n = 0;
            if (read(wake_, &n, sizeof n) != sizeof n) return;
            const auto args = "[" + std::to_string(n) + "]";
            host_.emit(to_desk("woken").to_all().args(args));
        });
    }
    ~Stranger() {
        for (std::thread &thread : threads_)
            thread.join();
        watch_.reset();
        close(wake_);
    }

private:
    static roomd::Emit to_desk(std::string_view event) { return roomd::Emit(event).nsp("/desk"); }
    void keep(roomd::Handle handle) { handles_.push_back(std::move(handle)); }
    template <class Fn> void on(std::string_view event, Fn fn) {
        keep(host_.on_event("*", event, std::move(fn)));
    }
    template <class Fn> void spawn(Fn fn) { threads_.emplace_back(std::move(fn)); }

    void decide_later(const roomd::Connect &who, roomd::Verdict &verdict) {
        const auto seen =
            "{\"auth\":" + std::string(who.auth) + ",\"query\":" + std::string(who.query) +
            ",\"portal\":" + quoted(who.header("x-portal")) + ",\"nsp\":" + quoted(who.nsp) + "}";
        spawn([this, seen, client = who.client, verdict = std::move(verdict)]() mutable {
            std::this_thread::sleep_for(100ms);
            if (seen.find("sesame") == std::string::npos) {
                verdict.refuse("say the word", seen);
                return;
            }
            const auto args = "[" + seen + "]";
            host_.join(client, "library:a");
            host_.emit(roomd::Emit("before").only(client).args(args));
            verdict.accept();
            host_.emit(roomd::Emit("behind").only(client));
        });
    }
    // JSON and binary, much later, from another thread; a second answer is one too many.
    void answer_later(const roomd::Event &event, roomd::Ack &ack) {
        std::vector<std::string> blobs;
        for (const auto blob : event.args.blobs)
            blobs.emplace_back(roomd::view(blob));
        spawn([blobs, json = std::string(event.args.json), ack = std::move(ack)]() mutable {
            std::this_thread::sleep_for(300ms);
            std::vector<roomd_bytes> raw;
            for (const auto &blob : blobs)
                raw.push_back(roomd::bytes(blob));
            ack.send({json, raw});
            ack.send("[\"twice\"]");
        });
    }
    void ask(roomd_client client, roomd::Ack &ack) {
        host_.ask(roomd::Emit("sure?").only(client).args("[1]"), 200,
                  [ack = std::move(ack)](roomd_status status, const roomd::Args &args) mutable {
                      ack.send("[" + quoted(roomd::name(status)) + "," + std::string(args.json) +
                               "]");
                  });
    }
    void fan(roomd_client client, roomd::Ack &ack) {
        spawn([this, client, ack = std::move(ack)]() mutable {
            host_.emit(to_desk("fan:a").to("library:a").to("library:b").except("library:c"));
            host_.emit(to_desk("fan:b").to("library:a").vanishing().local());
            host_.emit(to_desk("fan:c").to("library:a").without(client));
            host_.emit(to_desk("fan:d").to_all(),
                       [ack = std::move(ack)](roomd_status, const roomd::Emitted &what) mutable {
                           ack.send("[" + std::to_string(what.recipients) + "]");
                       });
        });
    }
    void members(roomd::Ack &ack) {
        host_.members("/desk", "library:a", [ack = std::move(ack)](roomd_status, auto all) mutable {
            ack.send("[" + std::to_string(all.size()) + "]");
        });
    }
    void note(const roomd::Gone &who) {
        std::string rooms;
        for (const auto room : who.rooms)
            rooms += (rooms.empty() ? "" : ",") + quoted(roomd::view(room));
        gone_ += std::string(gone_.empty() ? "" : ",") + "{\"reason\":" + quoted(who.reason) +
                 ",\"rooms\":[" + rooms + "]}";
    }
    void echo(const roomd::Request &request, roomd::Response &response) {
        const auto body = "{\"path\":" + quoted(request.path) +
                          ",\"query\":" + std::string(request.query) +
                          ",\"thing\":" + quoted(request.header("x-thing")) +
                          ",\"body\":" + std::string(request.body) + "}";
        later_ = host_.after(50, [body, response = std::move(response)]() mutable {
            const roomd::Field extra[] = {{"x-extra", "yes"}};
            response.send(201, body, {}, extra);
        });
    }

    roomd::Host &host_;
    const int wake_;
    std::string gone_;
    std::vector<std::thread> threads_;
    std::vector<roomd::Handle> handles_;
    roomd::Handle later_;
    roomd::Watch watch_;
};

} // namespace

ROOMD_PLUGIN(Stranger, "stranger", "1.0")
