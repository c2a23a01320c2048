#pragma once

#include "schema/document.hpp"
#include "schema/model.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace roomd::schema {

// What is wrong with a schema that is being compiled.
struct BuildFault {
    Document::Index at; // in the schema: a value, or the name of a member
    std::string what;
    std::string hint; // may be empty
};

// A schema that is being compiled: where it is read, and where its faults go.
struct Reading {
    const Document &doc;
    std::vector<BuildFault> *faults; // null: faults are not told, and what has one checks nothing
    std::size_t count = 0;           // of all faults

    void fault(Document::Index at, std::string what, std::string hint = {}) {
        ++count;
        if (faults != nullptr) faults->push_back({at, std::move(what), std::move(hint)});
    }
    bool is(Document::Index i, json::Kind kind) const { return doc.kind(i) == kind; }
    std::string text(Document::Index string) const {
        std::string scratch;
        return std::string(doc.string(string, scratch));
    }
};

} // namespace roomd::schema
