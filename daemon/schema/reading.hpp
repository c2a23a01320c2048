#pragma once

#include "schema/builder.hpp"
#include "schema/document.hpp"
#include "schema/model.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace roomd::schema {

// A schema that is being compiled: where it is read, where it goes, and where its faults go.
struct Reading {
    const Document &doc;
    Model &model;
    std::vector<BuildFault> &faults;

    void fault(Document::Index at, std::string what, std::string hint = {}) {
        faults.push_back({at, std::move(what), std::move(hint)});
    }
    // The same and false, or nothing: for what is read.
    bool refuse(Document::Index at, std::string what, std::string hint = {}) {
        fault(at, std::move(what), std::move(hint));
        return false;
    }
    bool is(Document::Index i, json::Kind kind) const { return doc.kind(i) == kind; }
    std::string text(Document::Index string) const {
        std::string scratch;
        return std::string(doc.string(string, scratch));
    }
    // valijson cuts names at NUL.
    bool name_fits(Document::Index name) {
        return text(name).find('\0') == std::string::npos ||
               refuse(name, "a name with NUL in it can not be checked");
    }
    void add(const valijson::constraints::Constraint &constraint,
             const valijson::Subschema *to) const {
        model.schema.addConstraintToSubschema(constraint, to);
    }
};

} // namespace roomd::schema
