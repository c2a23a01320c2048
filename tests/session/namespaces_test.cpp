#include "session/namespaces.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using session::Namespace;
using session::Namespaces;

TEST_CASE("a namespace is one for all its clients, and forgotten with the last") {
    Namespaces namespaces;
    Namespace &chat = namespaces.enter("/chat");
    CHECK(&namespaces.enter("/chat") == &chat);
    namespaces.enter("/");
    CHECK(namespaces.size() == 2);
    chat.next_ack = 7;
    namespaces.leave(chat);
    CHECK(namespaces.size() == 2);
    namespaces.leave(chat);
    CHECK(namespaces.size() == 1);
    CHECK(namespaces.enter("/chat").next_ack == 0);
}
