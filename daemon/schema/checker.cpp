#include "schema/checker.hpp"

#include "base/text.hpp"
#include "schema/here.hpp"
#include "schema/pattern_work.hpp"
#include "schema/wording.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <utility>

namespace roomd::schema {
namespace {

namespace constraints = valijson::constraints;
using Index = Document::Index;
using json::Kind;
using valijson::Subschema;

constexpr std::size_t deepest_data = 128;
// A schema that branches at each level could ask about one value over and over.  A step takes 20
// to 50 ns: this is a tenth of a second at most.
constexpr std::size_t most_steps = 2000000;

// A whole number of divisors, as near as doubles tell: 19.99 is a multiple of 0.01.
bool is_multiple(double value, double divisor) {
    if (std::trunc(divisor) == divisor) return std::fmod(value, divisor) == 0; // exact
    const double times = value / divisor;
    constexpr double exact = 0x1p50; // beyond it a quotient has no fraction left to look at
    if (std::fabs(times) >= exact) {
        const bool by_one = std::trunc(value) == value && 1 / divisor < exact;
        return by_one ? is_multiple(1, divisor) : std::fmod(value, divisor) == 0;
    }
    return std::fabs(times - std::round(times)) <= std::fabs(times) * 0x1p-51;
}

template <class String> std::string_view view(const String &name) {
    return {name.data(), name.size()};
}

// Walks the data as the schema leads.  Each visit() judges the value that is `here_`.  Every kind
// of constraint has one: should valijson add a kind, this does not compile until it is judged.
class Checker final : public constraints::ConstraintVisitor {
public:
    Checker(const Model &model, const Document &data) :
        model_(model),
        doc_(data),
        here_(data, most_steps),
        judge_([this](const constraints::Constraint &one) { return one.accept(*this); }) {}

    std::optional<Mismatch> run() {
        const auto no = [&](Index at, const char *why) {
            return Mismatch{doc_.pointer(at), why, ""};
        };
        if (doc_.depth() > deepest_data)
            return no(Document::root, "must not nest deeper than 128 levels");
        if (doc_.duplicate() != Document::none) return no(doc_.duplicate(), "must not stand twice");
        return here_.verdict.take(fits(Document::root, *model_.root));
    }

    // ---- any value -------------------------------------------------------------------------

    bool visit(const TypeConstraint &constraint) override {
        bool good = false, integer = false;
        std::string wanted;
        constraint.applyToNamedTypes([&](JsonType type) {
            good = here_.is(type);
            integer = integer || type == TypeConstraint::kInteger;
            if (!good) (wanted += wanted.empty() ? "must be " : " or ") += name_of(type);
            return !good;
        });
        if (good) return true;
        if (integer && here_.is(Kind::number) && std::trunc(number()) == number())
            wanted += ": not beyond 2^53 - 1, which JavaScript reads exactly; send it as text";
        return here_.fail("type", std::move(wanted));
    }

    bool visit(const constraints::PolyConstraint &constraint) override {
        const auto &word = static_cast<const Word &>(constraint); // the only ones that are built
        if (const auto *values = std::get_if<Values>(&word.check()))
            return is_among(*values, word.keyword());
        if (!here_.is(Kind::string)) return true;
        if (!here_.spend_on_text()) return false;
        std::string scratch;
        const std::string_view text = doc_.string(here_.at, scratch);
        if (const auto *pattern = std::get_if<Pattern>(&word.check()))
            return is_found(*pattern, text, here_.at) ||
                   here_.fail("pattern", "must match " + base::printable(pattern->expression()));
        const Format &format = *std::get<const Format *>(word.check());
        return format.fits(text) ||
               here_.fail("format", "must be a " + std::string(format.name) + " such as " +
                                        std::string(format.example));
    }

    bool visit(const AllOfConstraint &constraint) override {
        bool good = true;
        constraint.applyToSubschemas(
            [&](unsigned, const Subschema *schema) { return good = fits(here_.at, *schema); });
        return good;
    }

    bool visit(const AnyOfConstraint &constraint) override {
        return count_fitting(constraint, 1) == 1 ||
               here_.fail("anyOf", "must fit one of several schemas, and fits none");
    }

    bool visit(const OneOfConstraint &constraint) override {
        const unsigned count = count_fitting(constraint, 2);
        if (count == 1) return true;
        return here_.fail("oneOf", count == 0 ? "must fit one of several schemas, and fits none"
                                              : "must fit one of several schemas, and fits more");
    }

    bool visit(const NotConstraint &constraint) override {
        return !fits_quietly(here_.at, *constraint.getSubschema()) ||
               here_.fail("not", "must not fit this schema");
    }

    bool visit(const ConditionalConstraint &constraint) override {
        const Subschema *then = fits_quietly(here_.at, *constraint.getIfSubschema())
                                    ? constraint.getThenSubschema()
                                    : constraint.getElseSubschema();
        return then == nullptr || fits(here_.at, *then);
    }

    // ---- how much --------------------------------------------------------------------------

    bool visit(const MinLengthConstraint &constraint) override {
        return !here_.is(Kind::string) || at_least(length(), constraint.getMinLength(), "minLength",
                                                   "character", "characters");
    }
    bool visit(const MaxLengthConstraint &constraint) override {
        return !here_.is(Kind::string) ||
               at_most(length(), constraint.getMaxLength(), "maxLength", "character", "characters");
    }
    bool visit(const MinItemsConstraint &constraint) override {
        return !here_.is(Kind::array) ||
               at_least(here_.size(), constraint.getMinItems(), "minItems", "element", "elements");
    }
    bool visit(const MaxItemsConstraint &constraint) override {
        return !here_.is(Kind::array) ||
               at_most(here_.size(), constraint.getMaxItems(), "maxItems", "element", "elements");
    }
    bool visit(const MinPropertiesConstraint &constraint) override {
        return !here_.is(Kind::object) || at_least(here_.size(), constraint.getMinProperties(),
                                                   "minProperties", "member", "members");
    }
    bool visit(const MaxPropertiesConstraint &constraint) override {
        return !here_.is(Kind::object) || at_most(here_.size(), constraint.getMaxProperties(),
                                                  "maxProperties", "member", "members");
    }

    bool visit(const MinimumConstraint &constraint) override {
        if (!here_.is(Kind::number)) return true;
        const double value = number(), least = constraint.getMinimum();
        const bool above = constraint.getExclusiveMinimum();
        if (above ? value > least : value >= least) return true;
        return above ? here_.fail("exclusiveMinimum", "must be more than " + shown(least))
                     : here_.fail("minimum", "must be at least " + shown(least));
    }
    bool visit(const MaximumConstraint &constraint) override {
        if (!here_.is(Kind::number)) return true;
        const double value = number(), most = constraint.getMaximum();
        const bool below = constraint.getExclusiveMaximum();
        if (below ? value < most : value <= most) return true;
        return below ? here_.fail("exclusiveMaximum", "must be less than " + shown(most))
                     : here_.fail("maximum", "must be at most " + shown(most));
    }
    bool visit(const MultipleOfDoubleConstraint &constraint) override {
        const double divisor = constraint.getDivisor();
        return !here_.is(Kind::number) || is_multiple(number(), divisor) ||
               here_.fail("multipleOf", "must be a multiple of " + shown(divisor));
    }

    // ---- lists -----------------------------------------------------------------------------

    bool visit(const SingularItemsConstraint &constraint) override {
        if (!here_.is(Kind::array)) return true;
        const Subschema &schema = *constraint.getItemsSubschema();
        for (Index i = here_.begin(); i < here_.end(); i = doc_.next(i))
            if (!fits(i, schema)) return false;
        return true;
    }

    bool visit(const LinearItemsConstraint &constraint) override {
        if (!here_.is(Kind::array)) return true;
        bool good = true;
        Index i = here_.begin();
        constraint.applyToItemSubschemas([&](unsigned, const Subschema *schema) {
            if (i >= here_.end()) return false;
            good = fits(i, *schema);
            i = doc_.next(i);
            return good;
        });
        for (; good && i < here_.end(); i = doc_.next(i))
            good = fits(i, *constraint.getAdditionalItemsSubschema());
        return good;
    }

    bool visit(const ContainsConstraint &constraint) override {
        if (!here_.is(Kind::array)) return true;
        for (Index i = here_.begin(); i < here_.end(); i = doc_.next(i))
            if (fits_quietly(i, *constraint.getSubschema())) return true;
        return here_.fail("contains", "must have an element that fits this schema");
    }

    bool visit(const UniqueItemsConstraint &) override {
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

    bool visit(const RequiredConstraint &constraint) override {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        constraint.applyToRequiredProperties([&](const auto &name) {
            return good = here_.has(view(name)) ||
                          here_.fail_member(view(name), "required", "is missing");
        });
        return good;
    }

    bool visit(const DependenciesConstraint &constraint) override {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        constraint.applyToPropertyDependencies([&](const auto &name, const auto &needed) {
            if (!here_.has(view(name))) return true;
            for (const auto &other : needed)
                good = good &&
                       (here_.has(view(other)) ||
                        here_.fail_member(view(other), "dependencies",
                                          "is missing: " + quoted_name(view(name)) + " needs it"));
            return good;
        });
        if (!good) return false;
        constraint.applyToSchemaDependencies([&](const auto &name, const Subschema *schema) {
            return good = !here_.has(view(name)) || fits(here_.at, *schema);
        });
        return good;
    }

    bool visit(const PropertyNamesConstraint &constraint) override {
        if (!here_.is(Kind::object)) return true;
        for (Index name = here_.begin(); name < here_.end(); name = doc_.next(name + 1))
            if (!fits(name, *constraint.getSubschema())) return false;
        return true;
    }

    bool visit(const PropertiesConstraint &constraint) override {
        if (!here_.is(Kind::object)) return true;
        bool good = true;
        std::vector<Index> met; // the members that a name or a pattern speaks of
        constraint.applyToProperties([&](const auto &name, const Subschema *schema) {
            const Index value = here_.find(view(name));
            if (value == Document::none) return true;
            met.push_back(value);
            return good = fits(value, *schema);
        });
        if (!good) return false;
        constraint.applyToPatternProperties([&](const auto &place, const Subschema *schema) {
            return good = fit_by_name(view(place), *schema, met);
        });
        const Subschema *others = constraint.getAdditionalPropertiesSubschema();
        if (!good || others == model_.schema.emptySubschema()) return good;
        std::sort(met.begin(), met.end());
        for (Index name = here_.begin(); name < here_.end(); name = doc_.next(name + 1)) {
            if (std::binary_search(met.begin(), met.end(), name + 1)) continue;
            if (others->getAlwaysInvalid()) return fail_unknown(constraint, name);
            if (!fits(name + 1, *others)) return false;
        }
        return true;
    }

    // ---- never built: a Word, or the double of it, stands in for them ----------------------

    bool visit(const ConstConstraint &) override { return impossible(); }
    bool visit(const EnumConstraint &) override { return impossible(); }
    bool visit(const FormatConstraint &) override { return impossible(); }
    bool visit(const PatternConstraint &) override { return impossible(); }
    bool visit(const MultipleOfIntConstraint &) override { return impossible(); }

private:
    bool fits(Index value, const Subschema &schema) {
        if (!here_.verdict.spend()) return false;
        const Here::Visit visit(here_, value, schema);
        if (schema.getAlwaysInvalid()) return here_.fail("", "must not be there");
        return schema.applyStrict(judge_);
    }

    bool fits_quietly(Index value, const Subschema &schema) {
        const Verdict::Quiet quiet(here_.verdict);
        return fits(value, schema);
    }

    template <class Constraint>
    unsigned count_fitting(const Constraint &constraint, unsigned most) {
        unsigned count = 0;
        constraint.applyToSubschemas([&](unsigned, const Subschema *schema) {
            count += fits_quietly(here_.at, *schema) ? 1 : 0;
            return count < most;
        });
        return count;
    }

    // The members whose names the pattern at `place` matches.
    bool fit_by_name(std::string_view place, const Subschema &schema, std::vector<Index> &met) {
        std::size_t which = 0;
        std::from_chars(place.data(), place.data() + place.size(), which);
        std::string scratch;
        for (Index name = here_.begin(); name < here_.end(); name = doc_.next(name + 1)) {
            const std::string_view text = doc_.string(name, scratch);
            if (!here_.spend_on(text)) return false;
            if (!is_found(model_.names[which], text, name)) continue;
            met.push_back(name + 1);
            if (!fits(name + 1, schema)) return false;
        }
        return true;
    }

    bool is_found(const Pattern &pattern, std::string_view text, Index at) {
        if (here_.verdict.is_abandoned()) return false;
        if (const auto found = patterns_.find(pattern, text)) return *found;
        here_.verdict.abandon("must be shorter: the schema's patterns would take too long for a "
                              "text of this size",
                              doc_.pointer(at));
        return false;
    }

    bool is_among(const Values &values, const char *keyword) {
        if (values.any(doc_.kind(here_.at))) {
            if (!here_.spend_on_inner()) return false;
            if (values.has(doc_.canonical(here_.at))) return true;
        }
        return here_.verdict.wants_reason() &&
               here_.fail(keyword, must_be_among(values.as_written()));
    }

    double number() { return here_.number(); }
    std::size_t length() { return here_.spend_on_text() ? here_.characters() : 0; }

    bool at_least(std::size_t size, std::uint64_t least, const char *keyword, const char *one,
                  const char *many) {
        return size >= least || here_.fail(keyword, must_have("least", least, one, many));
    }
    bool at_most(std::size_t size, std::uint64_t most, const char *keyword, const char *one,
                 const char *many) {
        return size <= most || here_.fail(keyword, must_have("most", most, one, many));
    }

    bool fail_unknown(const PropertiesConstraint &constraint, Index name) {
        if (!here_.verdict.wants_reason()) return false;
        std::vector<std::string_view> known;
        constraint.applyToProperties([&](const auto &one, const Subschema *) {
            known.push_back(view(one));
            return true;
        });
        std::string scratch, wanted = "must not be there";
        const auto near = base::nearest(doc_.string(name, scratch), known);
        if (!near.empty()) wanted += "; did you mean " + quoted_name(near) + '?';
        return here_.fail_at(name, "additionalProperties", std::move(wanted));
    }

    bool impossible() noexcept {
        assert(false);
        here_.verdict.abandon("can not be checked");
        return false;
    }

    const Model &model_;
    const Document &doc_;
    Here here_;
    PatternWork patterns_;
    Subschema::ApplyFunction judge_; // calls the visit() of a constraint
};

} // namespace

std::optional<Mismatch> check(const Model &model, const Document &data) {
    return Checker(model, data).run();
}

} // namespace roomd::schema
