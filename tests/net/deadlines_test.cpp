#include "net/budget.hpp"
#include "net/deadlines.hpp"

#include "loop/loop.hpp"
#include "support/net_defaults.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <vector>

using namespace roomd;

namespace {

struct One final : net::Waiter {
    std::function<void(net::Wait)> on_expired;
    void expired(net::Wait wait) override {
        if (on_expired) on_expired(wait);
    }
    void give_up(net::Wait wait) override {
        if (on_given_up) on_given_up(wait);
    }
    std::function<void(net::Wait)> on_given_up;
};

net::Options short_ones() {
    net::Options options = test::net_defaults();
    options.body_deadline = options.keep_alive = base::Duration(1);
    options.header_deadline = base::Duration(1000000);
    return options;
}

} // namespace

TEST_CASE("the one that waits longest is first, and each waits for one thing at a time") {
    loop::Loop loop;
    const net::Options options = short_ones();
    net::Deadlines deadlines(loop, options);
    One a, b, c;
    for (One *one : {&a, &b, &c})
        deadlines.put(*one, net::Wait::head);
    CHECK(deadlines.count(net::Wait::head) == 3);
    CHECK(deadlines.first(net::Wait::head) == &a);
    CHECK(net::Deadlines::after(a) == &b);
    deadlines.put(a, net::Wait::head); // now the last
    CHECK(deadlines.first(net::Wait::head) == &b);
    CHECK(net::Deadlines::after(c) == &a);
    CHECK(net::Deadlines::after(a) == nullptr);
    deadlines.put(c, net::Wait::body);
    CHECK(c.waits_for() == net::Wait::body);
    CHECK(deadlines.count(net::Wait::head) == 2);
    CHECK(deadlines.count(net::Wait::body) == 1);
    CHECK(net::Deadlines::after(b) == &a);
    for (One *one : {&c, &b, &a, &a}) // twice is once
        deadlines.drop(*one);
    CHECK(deadlines.first(net::Wait::head) == nullptr);
    CHECK(deadlines.first(net::Wait::body) == nullptr);
    CHECK(a.waits_for() == net::Wait::nothing);
}

TEST_CASE("deadlines expire in order, once, and may add and drop others meanwhile") {
    loop::Loop loop;
    const net::Options options = short_ones();
    net::Deadlines deadlines(loop, options);
    One a, b, c, stays;
    std::vector<int> told;
    a.on_expired = [&](net::Wait wait) {
        CHECK(wait == net::Wait::body);
        CHECK(a.waits_for() == net::Wait::nothing);
        told.push_back(1);
        deadlines.drop(b); // is due too
        deadlines.put(a, net::Wait::idle);
        a.on_expired = [&](net::Wait) {
            told.push_back(3);
            loop.stop();
        };
    };
    b.on_expired = [&](net::Wait) { told.push_back(-1); };
    c.on_expired = [&](net::Wait) { told.push_back(2); };
    stays.on_expired = [&](net::Wait) { told.push_back(-2); };
    deadlines.put(stays, net::Wait::body);
    deadlines.drop(stays);
    for (One *one : {&a, &b, &c})
        deadlines.put(*one, net::Wait::body);
    deadlines.put(stays, net::Wait::head);
    loop.run();
    CHECK(told == std::vector{1, 2, 3});
    CHECK(stays.waits_for() == net::Wait::head);
    deadlines.drop(stays);
}

TEST_CASE(
    "a budget is the sum of its accounts; over the bound the one that waited longest gives up") {
    loop::Loop loop;
    const net::Options options = short_ones();
    net::Deadlines deadlines(loop, options);
    net::Budget budget;
    struct {
        One one;
        std::uint32_t account = 0;
    } all[10];
    std::vector<int> gone;
    for (int i = 0; i < 10; ++i) {
        auto &[one, account] = all[i];
        deadlines.put(one, i < 5 ? net::Wait::head : net::Wait::body);
        budget.set(account, 10);
        one.on_given_up = [&, i](net::Wait wait) {
            CHECK(wait == (i < 5 ? net::Wait::head : net::Wait::body));
            deadlines.drop(all[i].one);
            budget.set(all[i].account, 0);
            gone.push_back(i);
        };
    }
    CHECK(budget.used() == 100);
    const auto relieve = [&](std::size_t most, int newest) {
        return budget.relieve(deadlines, {net::Wait::body, net::Wait::head}, most, all[newest].one);
    };
    CHECK(relieve(100, 9));
    CHECK(gone.empty());
    CHECK(relieve(96, 9)); // down to 84
    CHECK(gone == std::vector{5, 6});
    CHECK(relieve(48, 7)); // the newest is spared
    CHECK(gone == std::vector{5, 6, 8, 9, 0, 1});
    CHECK_FALSE(relieve(5, 7));
    CHECK(budget.used() == 10);
    budget.set(all[7].account, 3);
    CHECK(budget.used() == 3);
    for (auto &each : all)
        deadlines.drop(each.one);
}
