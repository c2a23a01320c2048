#pragma once

#include "schema/reading.hpp"

#include <functional>
#include <set>

namespace roomd::schema {

// `$schema` and `$id` of the schema at `node`: of draft 7, and at its root alone.
void check_identity(Reading &, Document::Index node);

// `$ref` of draft 7, within one schema: nothing is fetched.
class References {
public:
    // Where the schema of `node` really stands; none after a fault.  Calls `definitions` with those
    // that stand beside a `$ref`.
    Document::Index resolve(Reading &, Document::Index node,
                            const std::function<void(Document::Index)> &definitions);

private:
    void check_beside(Reading &, Document::Index node,
                      const std::function<void(Document::Index)> &definitions);

    std::set<Document::Index> checked_; // nodes with a `$ref`
};

} // namespace roomd::schema
