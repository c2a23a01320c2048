#include "hook_calls.hpp"
#include "host/sizes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace roomd;
using namespace roomd::test;

// What is wrong with a call is said at once, and what is left of it is nothing.

namespace {

constexpr std::string_view nul{"a\0b", 3};

struct Emits : Shard {
    puppet &p = play();
    roomd_status operator()(const roomd_emit &emit) const {
        return p.host->emit(p.self, &emit, nullptr, nullptr);
    }
};

// A client that waits for its verdict.
struct Waiting : Shard {
    Waiting() {
        p.host->on_connect(p.self, str("/x"), call_connect, &hook, &handle);
        connect("40/x,");
    }
    roomd_status operator()(const roomd_verdict &verdict) const {
        return p.host->verdict(p.self, ticket, &verdict);
    }
    puppet &p = play();
    roomd_ticket ticket = 0;
    roomd_handle handle = 0;
    On<roomd_connect> hook = [this](const roomd_connect *c) {
        ticket = c->ticket;
        return ROOMD_TAKEN;
    };
};

// An HTTP request that waits for its answer.
struct AskedByHttp : Shard {
    AskedByHttp() {
        roomd_route route{};
        route.struct_size = sizeof route;
        route.method = str("GET");
        route.path = str("/x");
        const roomd_request_fn fn = [](void *user, const roomd_request *r) {
            *static_cast<roomd_ticket *>(user) = r->ticket;
        };
        p.host->route(p.self, &route, fn, &ticket, &handle);
        host::HttpRequest request;
        request.id = base::ExchangeId{5};
        http.routes.begin()->second.serve(request);
        response.struct_size = sizeof response;
        response.status = 200;
    }
    roomd_status operator()(const roomd_response &r) const {
        return p.host->respond(p.self, ticket, &r);
    }
    puppet &p = play();
    roomd_ticket ticket = 0;
    roomd_handle handle = 0;
    roomd_response response{};
};

} // namespace

TEST_CASE_FIXTURE(Emits, "arguments without their bytes, too many or too large, are refused") {
    roomd_emit emit = emit_all_of("news");
    emit.args.json = {nullptr, 2};
    CHECK((*this)(emit) == ROOMD_INVALID);
    emit.args.json = str("[]");
    emit.args.n_blobs = 1;
    CHECK((*this)(emit) == ROOMD_INVALID);
    std::vector<roomd_bytes> blobs{{nullptr, 3}};
    emit.args.blobs = blobs.data();
    CHECK((*this)(emit) == ROOMD_INVALID);

    std::string json = "[";
    for (std::size_t i = 0; i < 11; ++i)
        json += std::string(i == 0 ? "" : ",") + R"({"_placeholder":true,"num":)" +
                std::to_string(i) + "}";
    blobs.assign(11, {"x", 1});
    emit.args = {str(json + "]"), blobs.data(), 11};
    const std::string eleven = json + "]";
    emit.args.json = str(eleven);
    CHECK((*this)(emit) == ROOMD_TOO_BIG);
    const std::string ten = json.substr(0, json.rfind(",{")) + "]";
    emit.args = {str(ten), blobs.data(), 10};
    CHECK((*this)(emit) == ROOMD_OK);

    // Each fits limits.max_emit, both do not.
    const std::string half(600000, 'x');
    blobs.assign(2, {half.data(), half.size()});
    const std::string two = R"([{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])";
    emit.args = {str(two), blobs.data(), 2};
    CHECK((*this)(emit) == ROOMD_TOO_BIG);
}

TEST_CASE_FIXTURE(Emits, "JSON may be nested 128 deep, the array of the arguments among it") {
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    CHECK((*this)(emit_all_of("news", nested(128))) == ROOMD_OK);
    CHECK((*this)(emit_all_of("news", nested(129))) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Emits, "a number that no double holds is refused, half of an emoji is not") {
    CHECK((*this)(emit_all_of("news", "[1e400]")) == ROOMD_INVALID);
    CHECK((*this)(emit_all_of("news", R"(["cut \ud83d"])")) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Emits, "names without their bytes, with a NUL or without end, are refused") {
    const std::string endless(257, 'k');
    for (const roomd_str bad : {str(nul), str("\xff"), roomd_str{nullptr, 2}}) {
        CHECK((*this)(emit_to("news", &bad, 1)) == ROOMD_INVALID);
        roomd_emit emit = emit_all_of("news");
        emit.except = &bad;
        emit.n_except = 1;
        CHECK((*this)(emit) == ROOMD_INVALID);
        for (roomd_str roomd_emit::*name :
             {&roomd_emit::event, &roomd_emit::nsp, &roomd_emit::key, &roomd_emit::on_behalf}) {
            emit = emit_all_of("news");
            emit.*name = bad;
            CHECK((*this)(emit) == ROOMD_INVALID);
        }
    }
    for (roomd_str roomd_emit::*name :
         {&roomd_emit::nsp, &roomd_emit::key, &roomd_emit::on_behalf}) {
        roomd_emit emit = emit_all_of("news");
        emit.*name = str(endless);
        CHECK((*this)(emit) == ROOMD_INVALID);
    }
    roomd_emit emit = emit_all_of("news");
    emit.nsp = str("/a*");
    CHECK((*this)(emit) == ROOMD_INVALID);
    const std::vector<roomd_str> many(10001, str("r"));
    CHECK((*this)(emit_to("news", many.data(), many.size())) == ROOMD_TOO_BIG);
    emit = emit_to("news", many.data(), 1);
    emit.flags = ROOMD_EMIT_ALL;
    CHECK((*this)(emit) == ROOMD_INVALID); // rooms, and everyone
    emit = emit_to("news", nullptr, 0);
    emit.flags = ROOMD_EMIT_ROUTE; // the catalogue may know rooms
    CHECK((*this)(emit) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Emits, "bad names are refused at the call where no fn would be told the code") {
    roomd_emit emit{};
    const roomd_str good = str("library:a"), bad = str("library:a b");
    const std::vector<roomd_str> many(1001, good);
    const auto with = [&](auto change) {
        emit = emit_to("news", &good, 1);
        change(emit);
        const roomd_status one = (*this)(emit);
        CHECK(p.host->emit_all(p.self, &emit, 1, nullptr, nullptr) == one);
        return one;
    };
    CHECK(with([](auto &) {}) == ROOMD_OK);
    CHECK(with([](auto &e) { e.event = str("connect"); }) == ROOMD_INVALID);
    CHECK(with([](auto &e) { e.event = {}; }) == ROOMD_INVALID);
    CHECK(with([&](auto &e) { e.rooms = &bad; }) == ROOMD_INVALID);
    CHECK(with([&](auto &e) { e.except = &bad, e.n_except = 1; }) == ROOMD_INVALID);
    CHECK(with([](auto &e) { e.nsp = str("/a b"); }) == ROOMD_INVALID);
    CHECK(with([&](auto &e) { e.rooms = many.data(), e.n_rooms = 1001; }) == ROOMD_TOO_BIG);
    CHECK(with([&](auto &e) { e.rooms = many.data(), e.n_rooms = 1000; }) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Emits, "moves and questions refuse at the call a room that cannot be") {
    const roomd_clients_fn fn = [](void *, roomd_status, const roomd_client *, std::size_t) {};
    const std::string endless(256, 'r');
    for (const roomd_str bad : {str("a b"), str(""), str("library:"), str(":a"), str("a/b:c"),
                                str(endless), str(nul), roomd_str{nullptr, 3}}) {
        CHECK(p.host->join(p.self, 7, bad) == ROOMD_INVALID);
        CHECK(p.host->leave(p.self, 7, bad) == ROOMD_INVALID);
        CHECK(p.host->members(p.self, str("/"), bad, fn, nullptr) == ROOMD_INVALID);
    }
    for (const roomd_str bad : {str("x"), str("/a b"), str("/*"), roomd_str{nullptr, 3}})
        CHECK(p.host->members(p.self, bad, str("library:a"), fn, nullptr) == ROOMD_INVALID);
    CHECK(p.host->join(p.self, 7, str("library:a")) == ROOMD_OK);
    CHECK(p.host->members(p.self, str(""), str("library:a"), fn, nullptr) == ROOMD_OK);
    CHECK(p.host->kick(p.self, str(""), 0, str("")) == ROOMD_INVALID);
    CHECK(p.host->disconnect(p.self, 0, 0, str("")) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Emits, "a batch that cannot be walked or never fits is refused") {
    const auto all = [&](const roomd_emit *emits, std::size_t n) {
        return p.host->emit_all(p.self, emits, n, nullptr, nullptr);
    };
    roomd_emit one = emit_all_of("news");
    CHECK(all(nullptr, 1) == ROOMD_INVALID);
    CHECK(all(&one, 0) == ROOMD_INVALID);
    CHECK(all(&one, 100001) == ROOMD_TOO_BIG);
    one.struct_size = sizeof one + 1;
    CHECK(all(&one, 1) == ROOMD_INVALID);
    const std::string large = "[\"" + std::string(900000, 'x') + "\"]";
    const std::vector<roomd_emit> ten(10, emit_all_of("news", large));
    CHECK(all(ten.data(), 10) == ROOMD_TOO_BIG);
    CHECK(all(ten.data(), 9) == ROOMD_OK);
}

TEST_CASE_FIXTURE(Emits, "an ask names one client, a time, and no more than an ask can be") {
    const roomd_answer_fn fn = [](void *, roomd_status, const roomd_args *) {};
    const auto ask = [&](const roomd_emit &emit, std::uint32_t ms) {
        return p.host->ask(p.self, &emit, ms, fn, nullptr);
    };
    roomd_emit q = emit_to("q", nullptr, 0);
    q.to = 7;
    CHECK(ask(q, 3600000) == ROOMD_OK);
    CHECK(ask(q, 3600001) == ROOMD_INVALID);
    q.event = str("disconnect");
    CHECK(ask(q, 1) == ROOMD_INVALID);
    q.event = str("q");
    q.key = str("k");
    CHECK(ask(q, 1) == ROOMD_INVALID);
    q.key = {};
    for (const auto flag : {ROOMD_EMIT_VOLATILE, ROOMD_EMIT_ROUTE, ROOMD_EMIT_ALL}) {
        q.flags = flag;
        CHECK(ask(q, 1) == ROOMD_INVALID);
    }
    q.flags = 0;
    q.struct_size = host::least_emit - 1;
    CHECK(ask(q, 1) == ROOMD_INVALID);
}

TEST_CASE_FIXTURE(Waiting, "a malformed verdict is refused and leaves its ticket open") {
    REQUIRE(ticket != 0);
    roomd_verdict good{};
    good.struct_size = sizeof good;
    good.accept = 1;
    const std::string large = "{\"x\":\"" + std::string(65536, 'x') + "\"}";
    const auto with = [&](auto change) {
        roomd_verdict bad = good;
        change(bad);
        return (*this)(bad);
    };
    CHECK(with([](auto &v) { v.struct_size -= 1; }) == ROOMD_INVALID);
    CHECK(with([](auto &v) { v.accept = 2; }) == ROOMD_INVALID);
    CHECK(with([](auto &v) { v.message = str(nul); }) == ROOMD_INVALID);
    CHECK(with([](auto &v) { v.data = str("{"); }) == ROOMD_INVALID);
    CHECK(with([](auto &v) { v.identity = str("[]"); }) == ROOMD_INVALID);
    CHECK(with([](auto &v) { v.expires_ms = -1; }) == ROOMD_INVALID);
    CHECK(with([&](auto &v) { v.identity = str(large); }) == ROOMD_TOO_BIG);
    CHECK(with([&](auto &v) { v.data = str(large); }) == ROOMD_TOO_BIG);
    CHECK(p.host->verdict(p.self, ticket, nullptr) == ROOMD_INVALID);
    CHECK(p.host->verdict(p.self, 0, &good) == ROOMD_INVALID);
    good.struct_size += 16; // of a later minor
    CHECK((*this)(good) == ROOMD_OK);
    CHECK((*this)(good) == ROOMD_GONE);
}

TEST_CASE_FIXTURE(AskedByHttp, "a malformed response is refused and leaves its ticket open") {
    REQUIRE(ticket != 0);
    const auto with = [&](auto change) {
        roomd_response bad = response;
        change(bad);
        return (*this)(bad);
    };
    const std::vector<roomd_field> many(65, {str("x"), str("y")});
    CHECK(with([](auto &r) { r.struct_size -= 1; }) == ROOMD_INVALID);
    CHECK(with([](auto &r) { r.status = 199; }) == ROOMD_INVALID);
    CHECK(with([](auto &r) { r.status = 600; }) == ROOMD_INVALID);
    CHECK(with([](auto &r) { r.body = {nullptr, 1}; }) == ROOMD_INVALID);
    CHECK(with([](auto &r) { r.content_type = str("a\r\nb: c"); }) == ROOMD_INVALID);
    CHECK(with([](auto &r) { r.n_headers = 1; }) == ROOMD_INVALID);
    CHECK(with([&](auto &r) { r.headers = many.data(), r.n_headers = 65; }) == ROOMD_TOO_BIG);
    const std::string large(9 << 20, 'x'); // more than the whole budget
    CHECK(with([&](auto &r) { r.body = {large.data(), large.size()}; }) == ROOMD_TOO_BIG);
    const roomd_args none{};
    CHECK(p.host->ack(p.self, ticket, &none) == ROOMD_INVALID); // another kind
    const roomd_field extra{str("X-Extra"), str("yes")};
    response.headers = &extra;
    response.n_headers = 1;
    response.content_type = str("text/plain");
    CHECK((*this)(response) == ROOMD_OK);
    registry->drain();
    REQUIRE(http.answers.size() == 1);
    CHECK(http.answers[0].second.content_type == "text/plain");
    REQUIRE(http.answers[0].second.headers.size() == 1);
    CHECK(http.answers[0].second.headers[0] == host::Header{"x-extra", "yes"});
}

TEST_CASE_FIXTURE(Emits, "a malformed route, hook, metric or header is refused") {
    roomd_handle handle = 0;
    const roomd_request_fn serve = [](void *, const roomd_request *) {};
    roomd_route good{};
    good.struct_size = sizeof good;
    good.method = str("GET");
    good.path = str("/x");
    good.max_body = 77;
    const std::vector<roomd_str> many(65, str("x"));
    const roomd_str upper = str("X-A");
    const auto route = [&](auto change) {
        roomd_route bad = good;
        change(bad);
        return p.host->route(p.self, &bad, serve, nullptr, &handle);
    };
    CHECK(route([](auto &r) { r.struct_size = offsetof(roomd_route, flags) - 1; }) ==
          ROOMD_INVALID);
    CHECK(route([](auto &r) { r.method = str("G T"); }) == ROOMD_INVALID);
    CHECK(route([](auto &r) { r.path = str("x"); }) == ROOMD_INVALID);
    CHECK(route([](auto &r) { r.path = {}; }) == ROOMD_INVALID);
    CHECK(route([](auto &r) { r.scope = str(nul); }) == ROOMD_INVALID);
    CHECK(route([](auto &r) { r.n_headers = 1; }) == ROOMD_INVALID);
    CHECK(route([&](auto &r) { r.headers = &upper, r.n_headers = 1; }) == ROOMD_INVALID);
    CHECK(route([&](auto &r) { r.headers = many.data(), r.n_headers = 65; }) == ROOMD_TOO_BIG);
    CHECK(http.routes.empty());
    CHECK(route([](auto &) {}) == ROOMD_OK);
    CHECK(http.routes.begin()->second.max_body == 77);

    const roomd_event_fn event = [](void *, const roomd_event *) { return ROOMD_PASS; };
    for (const char *pattern : {"", "a*b", "**"})
        CHECK(p.host->on_event(p.self, str("/"), str(pattern), event, nullptr, &handle) ==
              ROOMD_INVALID);
    for (const char *nsp : {"chat", "/a*b", "a*"})
        CHECK(p.host->on_event(p.self, str(nsp), str("x"), event, nullptr, &handle) ==
              ROOMD_INVALID);
    CHECK(p.host->on_event(p.self, str("/"), str("x"), nullptr, nullptr, &handle) == ROOMD_INVALID);
    CHECK(p.host->on_event(p.self, str("/"), str("x"), event, nullptr, nullptr) == ROOMD_INVALID);
    CHECK(p.host->metric(p.self, roomd_metric(0), str("m"), str(""), &handle) == ROOMD_INVALID);
    CHECK(p.host->keep_header(p.self, str("a b")) == ROOMD_INVALID);
}
