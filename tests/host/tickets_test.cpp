#include "host/tickets.hpp"
#include "support/hand_clock.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using host::Ticket;
using host::Tickets;
using test::at;

namespace {
Ticket of(Ticket::Kind kind) {
    Ticket ticket;
    ticket.kind = kind;
    return ticket;
}
} // namespace

TEST_CASE("a ticket is taken once") {
    Tickets tickets;
    const auto id = tickets.issue(of(Ticket::Kind::join), at(10));
    CHECK(id != 0);
    CHECK(tickets.take(id).has_value());
    CHECK_FALSE(tickets.take(id).has_value());
    CHECK_FALSE(tickets.take(0).has_value());
}

TEST_CASE("only tickets whose time is over expire, and the next deadline is the earliest") {
    Tickets tickets;
    tickets.issue(of(Ticket::Kind::ack), at(60));
    const auto soon = tickets.issue(of(Ticket::Kind::connect), at(10));
    CHECK(tickets.next_deadline() == at(10));
    CHECK(tickets.take_expired(at(9)).empty());
    REQUIRE(tickets.take_expired(at(10)).size() == 1);
    CHECK_FALSE(tickets.take(soon).has_value());
    CHECK(tickets.next_deadline() == at(60));
    CHECK(tickets.size() == 1);
}

TEST_CASE("the oldest ack makes place, another kind never does") {
    Tickets tickets;
    tickets.issue(of(Ticket::Kind::request), at(1));
    CHECK_FALSE(tickets.drop_oldest_ack());
    const auto first = tickets.issue(of(Ticket::Kind::ack), at(1));
    const auto second = tickets.issue(of(Ticket::Kind::ack), at(2));
    CHECK(tickets.drop_oldest_ack());
    CHECK(tickets.find(first) == nullptr);
    CHECK(tickets.find(second) != nullptr);
}

TEST_CASE("a million answered tickets behind an open one leave nothing") {
    Tickets tickets;
    tickets.issue(of(Ticket::Kind::ack), at(100));
    for (int i = 0; i < 1000000; ++i) {
        REQUIRE(tickets.take(tickets.issue(of(Ticket::Kind::ack), at(100))));
    }
    CHECK(tickets.size() == 1);
    CHECK(tickets.waiting_in_line() < 1000);
}
