// SPDX-License-Identifier: Apache-2.0
//
// What the spool is asked, and what it says.  Include roomd/plugin.hpp, which includes this.
#pragma once

#include "roomd/plugin_values.hpp"

#include <cstdint>
#include <string_view>

namespace roomd {

// What the spool is asked to do; it keeps views of what it is given.
class Spool {
public:
    static Spool put(std::string_view line, std::string_view text) {
        Spool out(ROOMD_SPOOL_PUT, line);
        out.raw_.text = str(text);
        return out;
    }
    static Spool next(std::string_view line, std::string_view reader, std::uint64_t done = 0) {
        Spool out(ROOMD_SPOOL_NEXT, line);
        out.raw_.reader = str(reader);
        out.raw_.id = done;
        return out;
    }
    static Spool replace(std::string_view line, std::uint64_t id, std::string_view text) {
        Spool out(ROOMD_SPOOL_REPLACE, line);
        out.raw_.id = id;
        out.raw_.text = str(text);
        return out;
    }
    Spool &take() { return raw_.flags |= ROOMD_SPOOL_TAKE, *this; }
    const roomd_spool &raw() const noexcept { return raw_; }

private:
    Spool(roomd_spool_what what, std::string_view line) {
        raw_.struct_size = sizeof raw_;
        raw_.what = what;
        raw_.line = str(line);
    }
    roomd_spool raw_{};
};

// What came of what the spool was asked.
struct Spooled {
    roomd_status status = ROOMD_OK;
    std::uint64_t id = 0;
    bool others = false;   // NEXT: another reader has the line
    std::string_view text; // NEXT: the oldest; `id` 0: there is none
    std::string_view code, why;

    Spooled() = default;
    explicit Spooled(const roomd_spooled &raw) :
        status(raw.status),
        id(raw.id),
        others(raw.others != 0),
        text(view(raw.text)),
        code(view(raw.code)),
        why(view(raw.why)) {}
};

} // namespace roomd
