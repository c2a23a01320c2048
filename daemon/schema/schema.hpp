#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::schema {

class Document;
struct Model;

// What is wrong with a schema, and where.
struct SchemaFault {
    std::string pointer;
    std::size_t line = 0; // of the schema's text, from 1; 0: it can not be read at all
    std::size_t column = 0;
    std::string what;
    std::string hint; // may be empty
};

// Why data does not fit.
struct Mismatch {
    std::string pointer;   // into the data
    std::string text;      // "must be at least 1"
    std::string keyword;   // where the schema says so: "/properties/guests/minimum"
    bool given_up = false; // the check would take too long
};

// A JSON Schema of draft 7, compiled once and asked often.  An answer takes a tenth of a second at
// most, whatever the schema and the data, and the data's depth says how deep the stack gets.
class Schema {
public:
    // Null after a fault.
    static std::shared_ptr<const Schema> compile(std::string text, std::vector<SchemaFault> &);
    ~Schema();
    Schema(const Schema &) = delete;
    Schema &operator=(const Schema &) = delete;

    // Nothing when the data fits.
    std::optional<Mismatch> check(const Document &data) const;

    struct Place {
        std::size_t line = 0, column = 0;
    };
    // Where in the text `pointer` stands; 0 when it does not.
    Place place(std::string_view pointer) const;

private:
    explicit Schema(std::string text);

    std::string text_;
    std::unique_ptr<Model> model_;
};

} // namespace roomd::schema
