#pragma once

#include "schema/document.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::catalogue {

inline constexpr std::size_t max_routed_rooms = 1000; // that one event may go to

// The data of an event: its text, and the index if a schema needed one.
struct Data {
    std::string_view text;
    const schema::Document *index = nullptr;

    // The text of the value at a path of names, or empty.
    std::string_view at(const std::vector<std::string> &path) const;
};

// A room of an event: `library:{libraryId}`, `user:{booking/userId}`, `role:library_owner`.  What
// is in braces is a field of the data; a list gives a room for each of its elements.
class RoomTemplate {
public:
    // Nothing, and `why`.
    static std::optional<RoomTemplate> parse(std::string_view text, std::string &why);

    // Why data gives no rooms.
    struct Refusal {
        const char *code; // room_field_missing, room_field_invalid
        std::string pointer, text;
    };
    // Appends the rooms for this data; the same room may be appended twice.
    std::optional<Refusal> expand(const Data &, std::vector<std::string> &rooms) const;

    const std::string &text() const noexcept { return text_; } // as written
    std::string_view kind() const noexcept { return std::string_view(text_).substr(0, colon_); }

private:
    struct Part {
        std::string literal;           // goes before the field
        std::vector<std::string> path; // of the field; empty: none follows
    };

    Refusal missing(const Data &, const std::vector<std::string> &path) const;
    Refusal invalid(std::string pointer, const std::string &wanted) const;
    // The ids that a field's value gives.
    std::optional<Refusal> read_ids(std::string_view value, const std::vector<std::string> &path,
                                    std::vector<std::string> &ids) const;

    std::string text_;
    std::size_t colon_ = 0;
    std::vector<Part> parts_;             // behind the colon
    std::vector<std::string> last_field_; // its path; empty: all is literal
};

} // namespace roomd::catalogue
