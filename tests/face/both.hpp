#pragma once

#include <roomd/plugin.hpp>

#include "support/fake_host.hpp"

namespace roomd::test {

// Each test has its own host; the face's Host goes first.
struct Both {
    FakeHost fake;
    Host host{&fake.table, fake.self()};
};

} // namespace roomd::test
