#pragma once

#include "schema/mismatch.hpp"

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
    std::size_t line = 0; // in the schema's text, from 1; 0: the text cannot be read at all
    std::size_t column = 0;
    std::string what;
    std::string hint; // may be empty
};

struct LineColumn {
    std::size_t line = 0, column = 0; // from 1
};

// A JSON Schema of draft 7, compiled once and used often.  A check takes a tenth of a second at
// most, whatever the schema and the data, and recurses as deep as the data nests.
class Schema {
public:
    // Null after a fault.
    static std::shared_ptr<const Schema> compile(std::string text, std::vector<SchemaFault> &);
    // For schemas that were written for other readers too: what is not understood is ignored.
    // Where something was ignored, `not` and `if` are too, and `oneOf` means `anyOf`, so that
    // nothing is refused because of it.  Null when nothing can be checked: it is not JSON, or a
    // `$ref` refers back to itself.
    static std::shared_ptr<const Schema> compile_what_is_known(std::string text);
    ~Schema();
    Schema(const Schema &) = delete;
    Schema &operator=(const Schema &) = delete;

    // Nothing when the data fits.
    std::optional<Mismatch> check(const Document &data) const;
    // The same with every mismatch, at most `most` of them.
    std::vector<Mismatch> check_all(const Document &data, std::size_t most) const;

    const std::string &text() const noexcept { return text_; }
    // The position in the text that `pointer` points to; 0 when there is nothing.
    LineColumn find(std::string_view pointer) const;

private:
    Schema(std::string text, Model &&);

    std::string text_;
    std::unique_ptr<Model> model_;
};

} // namespace roomd::schema
