#pragma once

#include "dispatch/emit.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace roomd::dispatch {

// How far the log of each source has been dispatched: a client that comes in now gets what stands
// behind it, one that leaves has been given what stands before.  A handful of sources at most.
class Positions {
public:
    void advance(const Position &position) {
        Place &place = of(position.source);
        if (place.epoch != position.epoch) place.epoch = position.epoch;
        place.seq = position.seq;
    }
    // "pg=4f0c.17 other=99aa.3", in the order in which they came; empty: no event had a position
    // yet.
    std::string text() const {
        std::string out;
        for (const Place &place : places_) {
            if (!out.empty()) out += ' ';
            out += place.source + "=" + place.epoch + "." + std::to_string(place.seq);
        }
        return out;
    }

private:
    struct Place {
        std::string source, epoch;
        std::uint64_t seq = 0;
    };

    Place &of(std::string_view source) {
        for (Place &place : places_)
            if (place.source == source) return place;
        return places_.emplace_back(Place{std::string(source), {}, 0});
    }

    std::vector<Place> places_;
};

} // namespace roomd::dispatch
