#include "session/outbox.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd;

namespace {

base::FrameRef frame(int n) {
    return base::Frame::text({"4", std::to_string(n)});
}

std::string front(const session::Outbox &box) {
    return std::string(box[0]->payload());
}

} // namespace

TEST_CASE("an outbox is four words") {
    CHECK(sizeof(session::Outbox) == 4 * sizeof(void *));
}

TEST_CASE("what is sent of the first frame waits no more, and counts for no other") {
    for (const int others : {0, 1, 5}) {
        session::Outbox box;
        const base::FrameRef large = base::Frame::text({std::string(1000, 'x')});
        box.push(large);
        for (int i = 0; i < others; ++i)
            box.push(frame(1));
        const std::size_t rest = static_cast<std::size_t>(others) * frame(1)->size();
        box.take(600);
        box.take(300);
        CHECK(box.sent() == 900);
        CHECK(box.bytes() == large->size() - 900 + rest);
        box.take(100);
        CHECK(box.count() == static_cast<std::size_t>(others) + 1);
        box.pop(1);
        CHECK(box.sent() == 0);
        CHECK(box.bytes() == rest);
        box.push(large);
        box.clear();
        CHECK(box.bytes() == 0);
    }
}

TEST_CASE("frames leave an outbox in the order they came, in any portions") {
    session::Outbox box;
    int in = 0, out = 0;
    for (int round = 1; round < 60; ++round) {
        for (int i = 0; i < round; ++i)
            box.push(frame(in++));
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
    box.push(frame(1));
    box.push(frame(22));
    CHECK(box.bytes() == frame(1)->size() + frame(22)->size());
    box.pop(1);
    CHECK(box.bytes() == frame(22)->size());
    box.clear();
    CHECK(box.bytes() == 0);
    CHECK(box.empty());
}

TEST_CASE("an outbox can be used again after it ran empty or was cleared") {
    session::Outbox box;
    for (const int burst : {1, 2, 100, 3, 1}) {
        for (int i = 0; i < burst; ++i)
            box.push(frame(i));
        CHECK(box.count() == static_cast<std::size_t>(burst));
        CHECK(front(box) == "40");
        burst % 2 == 0 ? box.pop(box.count()) : box.clear();
        CHECK(box.empty());
    }
}
