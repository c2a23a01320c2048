#include "start.hpp"
#include "webhook/batch.hpp"
#include "webhook/rows.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace roomd::webhook;
using roomd::test::start;

namespace {

constexpr Milliseconds pause(100);
using What = Rows::Question::What;

std::string row_of(int n) {
    return batch_head("e", "n") + "{\"n\":" + std::to_string(n) + "}" + std::string(batch_end);
}

// Rows that have been looked at: there are none.
struct Looked : Rows {
    Looked() {
        REQUIRE(ask(start));
        given(0, {}, false, start);
        REQUIRE(empty());
    }
    void post() {
        REQUIRE(begin(start) != nullptr);
        accepted();
    }
};

} // namespace

TEST_CASE("the line is taken at the start, and what is there goes first") {
    Rows rows;
    CHECK_FALSE(rows.empty());
    const auto first = rows.ask(start);
    REQUIRE(first);
    CHECK(first->take);
    CHECK(first->id == 0);
    CHECK_FALSE(rows.ask(start)); // one at a time
    rows.put(9, "new");           // it waits for its turn
    CHECK(rows.begin(start) == nullptr);
    rows.given(4, "old", false, start);
    CHECK_FALSE(rows.ask(start));
    REQUIRE(rows.begin(start) != nullptr);
    CHECK(rows.begin(start) == nullptr); // one at a time
    rows.accepted();
    const auto next = rows.ask(start);
    REQUIRE(next);
    CHECK(next->id == 4);
    CHECK_FALSE(next->take);
    rows.given(9, "new", false, start);
    CHECK(*rows.begin(start) == "new");
}

TEST_CASE_FIXTURE(Looked, "a batch is not read back when nothing stands before it") {
    put(1, "a");
    put(2, "b");
    CHECK_FALSE(ask(start));
    CHECK(*begin(start) == "a");
    accepted();
    CHECK(ask(start)->id == 1);
    given(2, "b", false, start);
    post();
    CHECK(ask(start)->id == 2);
    put(3, "c"); // asked for later: the answer to the question is still to come
    given(0, {}, false, start);
    CHECK(empty());
}

TEST_CASE_FIXTURE(Looked, "a batch that was put while it was asked is not forgotten") {
    put(1, "a");
    post();
    CHECK(ask(start)->id == 1);
    given(0, {}, false, start);
    put(2, "b"); // answered after the question
    CHECK(*begin(start) == "b");
}

TEST_CASE_FIXTURE(Looked, "a look that sees what was just taken does not send it again") {
    put(1, "a");
    const Time later = start + Rows::look_every;
    REQUIRE(begin(later) != nullptr);
    CHECK(ask(later)->id == 0); // others are to see that this node lives
    accepted();
    given(1, "a", false, later);
    CHECK(begin(later) == nullptr);
    CHECK(ask(later)->id == 1);
}

TEST_CASE_FIXTURE(Looked, "what may have been put is looked for") {
    put_perhaps();
    CHECK_FALSE(empty());
    REQUIRE(ask(start));
    unanswered(start + pause);
    CHECK_FALSE(ask(start));
    CHECK(*next() == start + pause);
    REQUIRE(ask(start + pause));
    given(5, "a", false, start);
    CHECK(*begin(start) == "a");
}

TEST_CASE_FIXTURE(Looked, "a row that fails goes again when it is time, as it is") {
    put(1, "a");
    begin(start);
    failed(start + pause);
    CHECK(begin(start) == nullptr);
    CHECK(*next() == start + pause);
    CHECK(*begin(start + pause) == "a");
}

TEST_CASE_FIXTURE(Looked,
                  "a row that the backend refuses is replaced by a gap, and that is removed") {
    set_refusals(2);
    put(1, row_of(7));
    begin(start);
    CHECK_FALSE(refused(422, start));
    begin(start);
    CHECK(*refused(422, start) == 1);
    CHECK(begin(start) == nullptr); // not before it stands in the table
    auto question = ask(start);
    REQUIRE(question);
    CHECK(question->what == What::replace);
    CHECK(question->id == 1);
    CHECK(question->text == *gap_in_place_of(row_of(7), 422));
    unanswered(start); // the database was away
    question = ask(start);
    CHECK(question->what == What::replace);
    replaced(true);
    CHECK(*begin(start) == question->text);
    CHECK_FALSE(refused(422, start));
    begin(start);
    CHECK(*refused(422, start) == 0);
    CHECK(ask(start)->id == 1);
}

TEST_CASE_FIXTURE(Looked, "what another daemon of this name sends is left to it") {
    put(1, "a");
    begin(start);
    failed(start);
    const Time later = start + Rows::look_every;
    REQUIRE(ask(later));
    given(0, {}, true, later);
    CHECK(others());
    CHECK(begin(later) == nullptr);
    put(2, "b");
    CHECK(begin(later) == nullptr);
    CHECK(empty());
    CHECK(*next() == later + Rows::look_every);
    REQUIRE(ask(later + Rows::look_every)); // it is gone
    given(1, "a", false, later);
    CHECK(*begin(later) == "a");
}

TEST_CASE_FIXTURE(Looked, "it looks around once in a while, though nothing is there") {
    CHECK_FALSE(ask(start + Rows::look_every - Milliseconds(1)));
    CHECK(*next() == start + Rows::look_every);
    const auto look = ask(start + Rows::look_every);
    REQUIRE(look);
    CHECK_FALSE(look->take); // from another one of this name, only at the start
}
