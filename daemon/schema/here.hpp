#pragma once

#include "schema/document.hpp"
#include "schema/findings.hpp"
#include "schema/model.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace roomd::schema {

// The value that is being checked, the schema that it is checked against, and what was found.
class Here {
public:
    using Index = Document::Index;

    // `steps` and `most` as in Findings.
    Here(const Document &data, std::size_t steps, std::size_t most) :
        doc(data),
        findings(steps, most) {}

    // Goes to a value and a schema, and back when it ends.
    class Visit {
    public:
        Visit(Here &here, Index value, const Subschema &schema) :
            here_(here),
            at_(std::exchange(here.at, value)),
            schema_(std::exchange(here.schema_, &schema)) {}
        ~Visit() {
            here_.at = at_;
            here_.schema_ = schema_;
        }
        Visit(const Visit &) = delete;
        Visit &operator=(const Visit &) = delete;

    private:
        Here &here_;
        Index at_;
        const Subschema *schema_;
    };

    bool is(json::Kind kind) const noexcept { return doc.kind(at) == kind; }
    bool is(Type);
    std::size_t size() const noexcept { return doc.size(at); }
    Index begin() const noexcept { return Document::first(at); }
    Index end() const noexcept { return doc.next(at); }
    std::size_t characters() const; // of a string
    // The member of a name in this object, or none.
    Index find(std::string_view name);
    bool has(std::string_view name) { return find(name) != Document::none; }

    // Spends steps for reading all of the value; false: none are left.
    bool spend_on_text() noexcept { return spend_on(doc.text(at)); }
    bool spend_on(std::string_view text) noexcept;
    // ... for visiting and sorting all values in it.
    bool spend_on_inner() noexcept;
    // The value of this number; a long one costs steps.
    double number();
    bool is_whole();

    // Notes why the value does not fit, if that is wanted; `keyword` is a literal.  Returns false.
    bool fail(std::string_view keyword, std::string text) {
        return fail_at(at, keyword, std::move(text));
    }
    // ... for another value; for a member that this object may not have.
    bool fail_at(Index, std::string_view keyword, std::string text);
    bool fail_member(std::string_view name, std::string_view keyword, std::string text);

    const Document &doc;
    Findings findings;
    Index at = Document::root;

private:
    bool fail_with(std::string pointer, std::string_view keyword, std::string text);

    const Subschema *schema_ = nullptr;
};

} // namespace roomd::schema
