#include "postgres/agenda.hpp"

#include <doctest/doctest.h>

using roomd::postgres::Agenda;
using Step = Agenda::Step;

TEST_CASE("the sequencer comes before the reader, and then there is a rest") {
    Agenda agenda;
    agenda.run();
    agenda.want_read();
    agenda.want_sequence();
    CHECK(agenda.next() == Step::sequence);
    CHECK(agenda.next() == Step::read);
    CHECK(agenda.next() == Step::rest);
}

TEST_CASE("while a query is under way no other step is taken, and wishes are kept") {
    Agenda agenda;
    agenda.run();
    agenda.asked();
    agenda.want_read();
    CHECK(agenda.next() == Step::nothing);
    agenda.answered();
    CHECK(agenda.next() == Step::read);
}

TEST_CASE("without a place in the log nothing is done, and wishes are kept") {
    Agenda agenda;
    agenda.want_sequence();
    CHECK(agenda.next() == Step::nothing);
    agenda.run();
    CHECK(agenda.next() == Step::sequence);
}

TEST_CASE("with the connection everything that was asked and wished is gone") {
    Agenda agenda;
    agenda.run();
    agenda.asked();
    agenda.want_read();
    agenda.stop();
    CHECK_FALSE(agenda.running());
    CHECK_FALSE(agenda.wants_read());
    agenda.run();
    CHECK(agenda.next() == Step::rest);
}

TEST_CASE("a wish to read can be taken back") {
    Agenda agenda;
    agenda.run();
    agenda.want_read();
    agenda.want_read(false);
    CHECK(agenda.next() == Step::rest);
}
