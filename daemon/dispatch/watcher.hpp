#pragma once

#include "dispatch/emit.hpp"

#include <cstdint>

namespace roomd::dispatch {

// Is told of every emit that was taken, in order: for those who watch.  Must emit nothing.
class Watcher {
public:
    // `number`: of the emit, as Router::emits() counts.
    virtual void emitted(std::uint64_t number, const Emit &, const Emitted &) = 0;
    virtual void refused(const Emit &, const Emitted &) {}

protected:
    ~Watcher() = default;
};

} // namespace roomd::dispatch
