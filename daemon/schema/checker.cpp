#include "schema/checker.hpp"

#include "base/text.hpp"
#include "schema/here.hpp"
#include "schema/pattern_work.hpp"
#include "schema/wording.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace roomd::schema {
namespace {

using Index = Document::Index;
using json::Kind;

constexpr std::size_t deepest_data = 128;
// A schema that branches at each level could check the same value again and again.  A step takes 20
// to 50 ns, so this is a tenth of a second at most.
constexpr std::size_t most_steps = 2000000;

// Whether it is a multiple, as far as doubles can tell: 19.99 is one of 0.01.
bool is_multiple(double value, double divisor) {
    if (std::trunc(divisor) == divisor) return std::fmod(value, divisor) == 0; // exact
    const double times = value / divisor;
    constexpr double exact = 0x1p50; // above it a quotient has no fraction
    if (std::fabs(times) >= exact) {
        const bool by_one = std::trunc(value) == value && 1 / divisor < exact;
        return by_one ? is_multiple(1, divisor) : std::fmod(value, divisor) == 0;
    }
    return std::fabs(times - std::round(times)) <= std::fabs(times) * 0x1p-51;
}

// Walks the data along the schema.  Each fits() checks the value that `here_` is at; a constraint
// without such a function does not compile.
class Checker {
public:
    Checker(const Model &model, const Document &data, std::size_t most) :
        model_(model),
        doc_(data),
        here_(data, most_steps, most) {}

    std::vector<Mismatch> run() {
        const auto no = [&](Index at, const char *why) {
            return std::vector{Mismatch{doc_.pointer(at), why, ""}};
        };
        if (doc_.depth() > deepest_data)
            return no(Document::root, "must not nest deeper than 128 levels");
        if (doc_.duplicate() != Document::none)
            return no(doc_.duplicate(), "is a duplicate member");
        return here_.findings.take(fits(Document::root, *model_.root));
    }

private:
    bool fits(Index value, const Subschema &schema) {
        if (!here_.findings.spend()) return false;
        const Here::Visit visit(here_, value, schema);
        if (schema.never) return here_.fail("", "is not allowed");
        bool good = true;
        for (const Constraint &one : schema.constraints) {
            const bool part = std::visit([this](const auto &what) { return fits(what); }, one);
            // A value of the wrong type is not looked at further.
            const bool kind = std::holds_alternative<Types>(one);
            if (!part && (kind || std::holds_alternative<Values>(one))) return false;
            if (!go_on(good, part)) return false;
        }
        return good;
    }

    bool fits_quietly(Index value, const Subschema &schema) {
        const Findings::Quiet quiet(here_.findings);
        return fits(value, schema);
    }

    // Combines the result of one part of a check with the others; true when the next part should be
    // checked too.
    bool go_on(bool &good, bool part) const noexcept {
        good = good && part;
        return part || here_.findings.wants_more();
    }

    // ---- any value -------------------------------------------------------------------------

    bool fits(const Types &types) {
        for (const Type type : types.allowed)
            if (here_.is(type)) return true;
        if (!here_.findings.wants_more()) return false;
        std::string wanted;
        bool integer = false;
        for (const Type type : types.allowed) {
            (wanted += wanted.empty() ? "must be " : " or ") += name_of(type);
            integer = integer || type == Type::integer;
        }
        if (integer && here_.is(Kind::number) && std::trunc(number()) == number())
            wanted += ": not beyond 2^53 - 1, which JavaScript reads exactly; send it as text";
        return here_.fail("type", std::move(wanted));
    }

    bool fits(const Values &values) {
        if (values.any(doc_.kind(here_.at))) {
            if (!here_.spend_on_inner()) return false;
            if (values.has(doc_.canonical(here_.at))) return true;
        }
        return here_.findings.wants_more() &&
               here_.fail(values.keyword(), must_be_among(values.as_written()));
    }

    bool fits(const Pattern &pattern) {
        if (!here_.is(Kind::string)) return true;
        if (!here_.spend_on_text()) return false;
        std::string scratch;
        return is_found(pattern, doc_.string(here_.at, scratch), here_.at) ||
               here_.fail("pattern", "must match " + base::printable(pattern.expression()));
    }

    bool fits(const Format *format) {
        if (!here_.is(Kind::string)) return true;
        if (!here_.spend_on_text()) return false;
        std::string scratch;
        return format->fits(doc_.string(here_.at, scratch)) ||
               here_.fail("format", "must be a " + std::string(format->name) + " such as " +
                                        std::string(format->example));
    }

    bool fits(const Combined &combined) {
        if (combined.how == Combined::How::all) {
            bool good = true;
            for (const Subschema *schema : combined.schemas)
                if (!go_on(good, fits(here_.at, *schema))) return false;
            return good;
        }
        const bool one = combined.how == Combined::How::one;
        const unsigned most = one ? 2 : 1;
        unsigned count = 0;
        for (const Subschema *schema : combined.schemas)
            if (fits_quietly(here_.at, *schema) && ++count == most) break;
        if (count == 1) return true;
        return here_.fail(one ? "oneOf" : "anyOf",
                          count == 0 ? "must fit one of several schemas, but fits none"
                                     : "must fit exactly one of several schemas, but fits more");
    }

    bool fits(const Not &negation) {
        return !fits_quietly(here_.at, *negation.schema) ||
               here_.fail("not", "must not fit this schema");
    }

    bool fits(const Condition &condition) {
        const bool met = fits_quietly(here_.at, *condition.question);
        const Subschema *then = met ? condition.then : condition.otherwise;
        return then == nullptr || fits(here_.at, *then);
    }

    // ---- how much --------------------------------------------------------------------------

    bool fits(const Size &size) {
        switch (size.of) {
        case Size::Of::characters:
            if (!here_.is(Kind::string)) return true;
            return fits(size, here_.spend_on_text() ? here_.characters() : 0);
        case Size::Of::elements: return !here_.is(Kind::array) || fits(size, here_.size());
        case Size::Of::members: return !here_.is(Kind::object) || fits(size, here_.size());
        }
        return false;
    }

    bool fits(const Size &size, std::size_t is) {
        const bool least = size.bound == Bound::least;
        if (least ? is >= size.count : is <= size.count) return true;
        const char *at = least ? "least" : "most";
        switch (size.of) {
        case Size::Of::characters:
            return here_.fail(least ? "minLength" : "maxLength",
                              must_have(at, size.count, "character", "characters"));
        case Size::Of::elements:
            return here_.fail(least ? "minItems" : "maxItems",
                              must_have(at, size.count, "element", "elements"));
        case Size::Of::members:
            return here_.fail(least ? "minProperties" : "maxProperties",
                              must_have(at, size.count, "member", "members"));
        }
        return false;
    }

    bool fits(const Limit &limit) {
        if (!here_.is(Kind::number)) return true;
        const double is = number();
        if (limit.bound == Bound::least) {
            if (limit.exclusive ? is > limit.value : is >= limit.value) return true;
            return limit.exclusive
                       ? here_.fail("exclusiveMinimum", "must be more than " + shown(limit.value))
                       : here_.fail("minimum", "must be at least " + shown(limit.value));
        }
        if (limit.exclusive ? is < limit.value : is <= limit.value) return true;
        return limit.exclusive
                   ? here_.fail("exclusiveMaximum", "must be less than " + shown(limit.value))
                   : here_.fail("maximum", "must be at most " + shown(limit.value));
    }

    bool fits(const MultipleOf &multiple) {
        return !here_.is(Kind::number) || is_multiple(number(), multiple.divisor) ||
               here_.fail("multipleOf", "must be a multiple of " + shown(multiple.divisor));
    }

    // ---- lists -----------------------------------------------------------------------------

    bool fits(const Items &items) {
        if (!here_.is(Kind::array)) return true;
        bool good = true;
        std::size_t place = 0;
        for (Index i = here_.begin(); i < here_.end(); i = doc_.next(i), ++place) {
            const Subschema *schema = place < items.first.size() ? items.first[place] : items.rest;
            if (schema == nullptr) break;
            if (!go_on(good, fits(i, *schema))) return false;
        }
        return good;
    }

    bool fits(const Contains &contains) {
        if (!here_.is(Kind::array)) return true;
        for (Index i = here_.begin(); i < here_.end(); i = doc_.next(i))
            if (fits_quietly(i, *contains.schema)) return true;
        return here_.fail("contains", "must have an element that fits this schema");
    }

    bool fits(const UniqueItems &) {
        if (!here_.is(Kind::array)) return true;
        if (!here_.spend_on_inner()) return false;
        std::vector<std::pair<std::string, Index>> elements;
        elements.reserve(here_.size());
        for (Index i = here_.begin(); i < here_.end(); i = doc_.next(i))
            elements.emplace_back(doc_.canonical(i), i);
        std::sort(elements.begin(), elements.end());
        const auto twin =
            std::adjacent_find(elements.begin(), elements.end(),
                               [](const auto &a, const auto &b) { return a.first == b.first; });
        return twin == elements.end() || here_.fail_at(std::next(twin)->second, "uniqueItems",
                                                       "must not equal an element before it");
    }

    // ---- objects ---------------------------------------------------------------------------

    bool fits(const Required &required) {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        for (const std::string &name : required.names)
            if (!go_on(good, here_.has(name) || here_.fail_member(name, "required", "is missing")))
                return false;
        return good;
    }

    bool fits(const Dependencies &dependencies) {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        for (const auto &[name, needed] : dependencies.names) {
            if (!here_.has(name)) continue;
            for (const std::string &other : needed)
                if (!go_on(good, here_.has(other) || fail_needed(other, name))) return false;
        }
        for (const auto &[name, schema] : dependencies.schemas)
            if (here_.has(name) && !go_on(good, fits(here_.at, *schema))) return false;
        return good;
    }

    bool fits(const PropertyNames &names) {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        for (Index name = here_.begin(); name < here_.end(); name = doc_.next(name + 1))
            if (!go_on(good, fits(name, *names.schema))) return false;
        return good;
    }

    bool fits(const Properties &properties) {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        std::vector<Index> met; // members that a name or a pattern matches
        for (const auto &[name, schema] : properties.named) {
            const Index value = here_.find(name);
            if (value == Document::none) continue;
            if (properties.others != nullptr) met.push_back(value);
            if (!go_on(good, fits(value, *schema))) return false;
        }
        for (const auto &[pattern, schema] : properties.patterns)
            if (!go_on(good, fit_by_name(pattern, *schema, met))) return false;
        if (properties.others == nullptr) return good;
        std::sort(met.begin(), met.end());
        for (Index name = here_.begin(); name < here_.end(); name = doc_.next(name + 1)) {
            if (std::binary_search(met.begin(), met.end(), name + 1)) continue;
            const bool part = properties.others->never ? fail_unknown(properties, name)
                                                       : fits(name + 1, *properties.others);
            if (!go_on(good, part)) return false;
        }
        return good;
    }

    // The members whose names the pattern matches.
    bool fit_by_name(const Pattern &pattern, const Subschema &schema, std::vector<Index> &met) {
        bool good = true;
        std::string scratch;
        for (Index name = here_.begin(); name < here_.end(); name = doc_.next(name + 1)) {
            const std::string_view text = doc_.string(name, scratch);
            if (!here_.spend_on(text)) return false;
            if (!is_found(pattern, text, name)) continue;
            met.push_back(name + 1);
            if (!go_on(good, fits(name + 1, schema))) return false;
        }
        return good;
    }

    bool is_found(const Pattern &pattern, std::string_view text, Index at) {
        if (here_.findings.is_abandoned()) return false;
        if (const auto found = patterns_.find(pattern, text)) return *found;
        here_.findings.abandon("must be shorter: the schema's patterns would take too long for a "
                               "text of this size",
                               doc_.pointer(at));
        return false;
    }

    double number() { return here_.number(); }

    bool fail_needed(const std::string &missing, const std::string &by) {
        return here_.findings.wants_more() &&
               here_.fail_member(missing, "dependencies",
                                 "is missing: " + quoted_name(by) + " needs it");
    }

    bool fail_unknown(const Properties &properties, Index name) {
        if (!here_.findings.wants_more()) return false;
        std::vector<std::string_view> known;
        for (const auto &[one, schema] : properties.named)
            known.push_back(one);
        std::string scratch, wanted = "is not allowed";
        const auto near = base::nearest(doc_.string(name, scratch), known);
        if (!near.empty()) wanted += "; did you mean " + quoted_name(near) + '?';
        return here_.fail_at(name, "additionalProperties", std::move(wanted));
    }

    const Model &model_;
    const Document &doc_;
    Here here_;
    PatternWork patterns_;
};

} // namespace

std::vector<Mismatch> check(const Model &model, const Document &data, std::size_t most) {
    return Checker(model, data, most).run();
}

} // namespace roomd::schema
