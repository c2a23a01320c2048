#include "session/outbox.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;

namespace {

base::FrameRef numbered(int n) {
    return base::Frame::text({"4", std::to_string(n)});
}

std::string front(const session::Outbox &box) {
    return std::string(box[0]->payload());
}

} // namespace

TEST_CASE("an outbox is three words") {
    CHECK(sizeof(session::Outbox) == 3 * sizeof(void *));
}

TEST_CASE("the first frames of an outbox can be seen in a row") {
    for (const int others : {0, 1, 5}) {
        session::Outbox box;
        for (int i = 0; i <= others; ++i)
            box.push(numbered(1));
        box.pop(others > 1 ? 1 : 0);
        const auto row = box.first(box.count());
        REQUIRE(row.size() == box.count());
        for (std::size_t i = 0; i < row.size(); ++i)
            CHECK(row[i] == box[i]);
        CHECK(box.first(0).empty());
    }
}

TEST_CASE("frames leave an outbox in the order they came, in any portions") {
    session::Outbox box;
    int in = 0, out = 0;
    for (int round = 1; round < 60; ++round) {
        for (int i = 0; i < round; ++i)
            box.push(numbered(in++));
        for (std::size_t left = box.count() / 2 + 1; left > 0; --left) {
            CHECK(front(box) == "4" + std::to_string(out++));
            box.pop(1);
        }
    }
    const std::size_t left = box.count();
    CHECK(left == static_cast<std::size_t>(in - out));
    CHECK(std::string(box[left - 1]->payload()) == "4" + std::to_string(in - 1));
    box.pop(left);
    CHECK(box.empty());
    CHECK(box.bytes() == 0);
}

TEST_CASE("the bytes of an outbox are those on the wire") {
    session::Outbox box;
    box.push(numbered(1));
    box.push(numbered(22));
    CHECK(box.bytes() == numbered(1)->size() + numbered(22)->size());
    box.pop(1);
    CHECK(box.bytes() == numbered(22)->size());
    box.clear();
    CHECK(box.bytes() == 0);
    CHECK(box.empty());
}

TEST_CASE("an outbox can be used again after it ran empty or was cleared") {
    session::Outbox box;
    for (const int burst : {1, 2, 100, 3, 1}) {
        for (int i = 0; i < burst; ++i)
            box.push(numbered(i));
        CHECK(box.count() == static_cast<std::size_t>(burst));
        CHECK(front(box) == "40");
        burst % 2 == 0 ? box.pop(box.count()) : box.clear();
        CHECK(box.empty());
    }
}
