#pragma once

#include "schema/reading.hpp"

#include <functional>
#include <set>

namespace roomd::schema {

// Checks that `$schema` of the schema at `node` is draft 7, and that `$id` is only at the root.
void check_identity(Reading &, Document::Index node);

// Where the text of a `$ref` leads to in its own schema; none when it leads elsewhere, or nowhere.
Document::Index find_reference(const Document &, Document::Index reference);

// `$ref` of draft 7, within one schema: nothing is fetched.
class References {
public:
    // What the `$ref` of `node` points to, or `node` itself; none after a fault.  Calls
    // `definitions` with those beside a `$ref`.
    Document::Index resolve(Reading &, Document::Index node,
                            const std::function<void(Document::Index)> &definitions);

private:
    void check_beside(Reading &, Document::Index node,
                      const std::function<void(Document::Index)> &definitions);

    std::set<Document::Index> checked_; // nodes with a `$ref`
};

} // namespace roomd::schema
