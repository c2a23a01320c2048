#pragma once

#include "emits/event.hpp"

#include <string_view>

namespace roomd::emits {

// Reads one event: its members in their order, then what they are together.  The first fault stays
// in the event, and the rest is read nevertheless.
class EventReader {
public:
    EventReader(Form, Event &);

    // `name` is a literal, `value` its JSON; both from text that json::check() accepted.
    void member(std::string_view name, std::string_view value);
    void end();

private:
    bool has(std::string_view name) const;

    Form form_;
    Event &event_;
    unsigned seen_ = 0, given_ = 0; // a bit for each member; null may be as good as not given
};

} // namespace roomd::emits
