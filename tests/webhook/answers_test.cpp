#include "webhook/answers.hpp"

#include <doctest/doctest.h>

using namespace roomd::webhook;

namespace {

Reply said(int status, std::string body) {
    Reply reply;
    reply.status = status;
    reply.body = std::move(body);
    return reply;
}

const std::string unavailable =
    R"([{"ok":false,"error":{"code":"backend_unavailable",)"
    R"("message":"the backend does not answer; try again","retryable":true}}])";

} // namespace

TEST_CASE("the backend's JSON is the ack's argument") {
    CHECK(ack_of(said(200, R"( {"id":7} )")) == R"([{"id":7}])");
    CHECK(ack_of(said(201, "null")) == "[null]");
    CHECK(ack_of(said(204, "")) == "[]");
}

TEST_CASE("what is no answer is an ack that says so") {
    CHECK(unavailable_ack() == unavailable);
    for (const int status : {0, 301, 302, 408, 429, 500, 503})
        CHECK_FALSE(ack_of(said(status, "{}")));
    CHECK_FALSE(ack_of(said(200, "<html>")));
    CHECK_FALSE(ack_of(said(200, std::string("{}\0{}", 5))));
    CHECK_FALSE(ack_of(said(200, std::string(100000, '['))));
    CHECK_FALSE(ack_of(said(200, "1e999")));
}

TEST_CASE("a refusal of the backend reaches the client, with its JSON") {
    CHECK(ack_of(said(409, R"({"seat":"taken"})")) ==
          R"([{"ok":false,"error":{"code":"backend_refused",)"
          R"("message":"the backend refuses this","retryable":false,"status":409,)"
          R"("body":{"seat":"taken"}}}])");
    CHECK(ack_of(said(404, "<html>"))->find("body") == std::string::npos);
}

TEST_CASE("a batch is refused where the batch is at fault, not a key, a route or a proxy") {
    for (const int status : {400, 409, 410, 413, 415, 422})
        CHECK(is_refusal(status));
    for (const int status : {0, 200, 204, 301, 401, 403, 404, 407, 408, 429, 500, 503})
        CHECK_FALSE(is_refusal(status));
}

TEST_CASE("only a plain yes lets somebody in") {
    REQUIRE(decision_of(said(200, R"({"allow":true})")));
    CHECK(decision_of(said(200, R"({"allow":true})"))->allow);
    for (const char *body :
         {"", "true", "{}", R"({"allow":"true"})", R"({"allow":1})", R"({"allow":true)",
          R"([{"allow":true}])", R"({"allow":null})", R"({"allow":true,"identity":"ann"})",
          R"({"allow":true,"expires_at":"soon"})", R"({"allow":true,"expires_at":-1})"})
        CHECK_FALSE(decision_of(said(200, body)));
    for (const int status : {0, 302, 400, 403, 404, 500})
        CHECK_FALSE(decision_of(said(status, R"({"allow":true})")));
    CHECK_FALSE(undecided().allow);
    CHECK(undecided().data == R"({"code":"backend_unavailable","retryable":true})");
}

TEST_CASE("a decision brings an identity and an end, or a reason") {
    const auto yes =
        decision_of(said(200, R"({"allow":true,"identity":{"user":"u1"},"expires_at":1.5})"));
    REQUIRE(yes);
    CHECK(yes->identity == R"({"user":"u1"})");
    CHECK(yes->expires_ms == 1500);
    const auto no = decision_of(said(200, R"({"allow":false,"message":"banned","code":"ban"})"));
    REQUIRE(no);
    CHECK(no->message == "banned");
    CHECK(no->data == R"({"code":"ban","retryable":false})");
    CHECK(decision_of(said(200, R"({"allow":false,"data":{"a":1}})"))->data == R"({"a":1})");
    CHECK(decision_of(said(200, R"({"allow":false})"))->message ==
          "the backend does not allow this");
}

TEST_CASE("when a token ends is read from the identity that was made of it") {
    CHECK(expiry_of(R"({"user":"u","claims":{"exp":1700000000}})") == 1700000000000);
    CHECK(expiry_of(R"({"user":"u","claims":{}})") == 0);
    CHECK(expiry_of(R"({"user":"u"})") == 0);
    CHECK(expiry_of("") == 0);
}
