#pragma once

#include "catalogue/catalogue.hpp"
#include "codegen/names.hpp"
#include "codegen/reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace roomd::codegen {

// What the configuration says of events, rooms and clients, as far as others program against it.
struct Source {
    std::string service;
    std::string digest;       // of the catalogue, as /health tells it
    std::string names_digest; // of type_names() of the events
    std::vector<catalogue::EventConf> events;
    // Of these, `rooms` are the kinds of rooms that clients may emit it to.
    std::vector<catalogue::EventConf> client_events;
    std::vector<std::string> kinds; // of rooms that clients may ask for
};

// One event, ready to be written down in any language.
struct Event {
    const catalogue::EventConf *conf = nullptr;
    Words call;       // none where no identifier can be made of its name
    std::string type; // the name of what its data is; empty: anything
    Type data;        // ... and what that is
};

// Views into the source that it was made of.
struct Contract {
    const Source *source = nullptr;
    std::vector<Event> events;        // by name
    std::vector<Event> client_events; // by name
    std::vector<Shape> types;         // each named type once, by name
};

// What the types of the events' data are called, as one text: the same for every order of events.
std::string type_names(const std::vector<catalogue::EventConf> &);

// Nothing, and `why`: two schemas would get the same name.
std::optional<Contract> make_contract(const Source &, std::string &why);

// Two of the events' `names` (empty ones aside) that are the same, as a sentence; else empty.
std::string refuse_same(const std::vector<Event> &, const std::vector<std::string> &names);

} // namespace roomd::codegen
