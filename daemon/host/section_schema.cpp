#include "host/section_schema.hpp"

#include "base/text.hpp"
#include "schema/document.hpp"
#include "schema/schema.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <utility>

namespace roomd::host {
namespace {

using schema::Document;
using Index = Document::Index;

constexpr std::size_t most_faults = 100;

// In the words of YAML.
std::string_view name_of(std::string_view type) noexcept {
    if (type == "object") return "a map";
    if (type == "array") return "a list";
    if (type == "string") return "text";
    if (type == "boolean") return "true or false";
    if (type == "integer") return "a whole number";
    if (type == "number") return "a number";
    return "nothing";
}

// What a schema says of one key.
class Keywords {
public:
    Keywords(const Document &schema, Index at) : schema_(schema), at_(at) {}

    // The text of a keyword's value, or empty.
    std::string_view text(std::string_view keyword) const {
        const Index value = schema_.member(at_, keyword);
        return value == Document::none ? std::string_view{} : schema_.text(value);
    }
    // The texts of a string or of a list of them, numbers as written.
    std::vector<std::string> words(std::string_view keyword) const {
        std::vector<std::string> out;
        const Index value = schema_.member(at_, keyword);
        if (value == Document::none) return out;
        const bool list = schema_.kind(value) == json::Kind::array;
        const Index end = list ? schema_.next(value) : value + 1;
        for (Index i = list ? Document::first(value) : value; i < end; i = schema_.next(i)) {
            std::string scratch;
            const bool is_text = schema_.kind(i) == json::Kind::string;
            out.emplace_back(is_text ? schema_.string(i, scratch) : schema_.text(i));
        }
        return out;
    }
    std::vector<std::string> properties() const {
        std::vector<std::string> out;
        const Index map = schema_.member(at_, "properties");
        if (map == Document::none || schema_.kind(map) != json::Kind::object) return out;
        for (Index i = Document::first(map); i < schema_.next(map); i = schema_.next(i + 1)) {
            std::string scratch;
            out.emplace_back(schema_.string(i, scratch));
        }
        return out;
    }

private:
    const Document &schema_;
    Index at_;
};

class Telling {
public:
    Telling(const Document &schema, const Document &section) : schema_(schema), section_(section) {}
    std::vector<SectionFault> faults;

    void tell(const schema::Mismatch &mismatch) {
        const std::string place = base::in_quotes(shown(mismatch.pointer), 100);
        const std::string_view keyword = mismatch.word;
        if (keyword.empty()) return add(mismatch.pointer, place + ' ' + mismatch.text);
        const std::size_t end = mismatch.keyword.size() - keyword.size() - 1; // "/type"
        const Keywords said(schema_,
                            schema_.find(std::string_view(mismatch.keyword).substr(0, end)));
        if (keyword == "type")
            wrong_type(mismatch.pointer, place, said.words("type"));
        else if (keyword == "enum")
            add(mismatch.pointer, place + " is not one of its values",
                "write " + list(said.words("enum")));
        else if (keyword == "minimum" || keyword == "maximum")
            out_of_range(mismatch.pointer, place, said);
        else if (keyword == "additionalProperties")
            unknown(mismatch.pointer, said.properties());
        else
            add(mismatch.pointer, place + ' ' + mismatch.text);
    }

    // A key at the top that `properties` lacks.
    void refuse_unknown() {
        const Index map = schema_.member(Document::root, "properties");
        if (map == Document::none || schema_.kind(map) != json::Kind::object) return;
        const auto known = Keywords(schema_, Document::root).properties();
        for (Index i = Document::first(Document::root); i < section_.next(Document::root);
             i = section_.next(i + 1)) {
            std::string scratch;
            const std::string_view name = section_.string(i, scratch);
            const std::string pointer = '/' + json::escaped_token(name);
            const auto told = [&](const SectionFault &fault) { return fault.pointer == pointer; };
            if (std::find(known.begin(), known.end(), name) == known.end() &&
                std::none_of(faults.begin(), faults.end(), told))
                unknown(pointer, known);
        }
    }

private:
    void add(const std::string &pointer, std::string text, std::string hint = {}) {
        faults.push_back({pointer, std::move(text), std::move(hint)});
    }

    // As one reads it: "generate.rate", "rooms[0]".
    std::string shown(std::string_view pointer) const {
        std::string out;
        for (std::size_t begin = 0; begin < pointer.size();) {
            const std::size_t end = std::min(pointer.find('/', begin + 1), pointer.size());
            const std::string name =
                json::unescaped_token(pointer.substr(begin + 1, end - begin - 1)).value_or("");
            const Index in = section_.find(pointer.substr(0, begin));
            if (in != Document::none && section_.kind(in) == json::Kind::array)
                out += '[' + name + ']';
            else
                (out += out.empty() ? "" : ".") += name;
            begin = end;
        }
        return out;
    }

    void wrong_type(const std::string &pointer, const std::string &place,
                    const std::vector<std::string> &wanted) {
        const Index at = section_.find(pointer);
        std::string names;
        for (const auto &type : wanted)
            (names += names.empty() ? "" : " or ") += name_of(type);
        const json::Kind kind = section_.kind(at);
        std::string hint;
        if (wanted == std::vector<std::string>{"string"})
            hint = kind <= json::Kind::number ? "quote it" : "";
        else if (wanted == std::vector<std::string>{"boolean"})
            hint = "write true or false";
        else if (kind == json::Kind::string &&
                 (names == name_of("integer") || names == name_of("number")))
            hint = "write it without quotes; what a ${..} stands for is text";
        add(pointer, place + " must be " + names + ", not " + std::string(name_of(type_of(at))),
            std::move(hint));
    }

    std::string_view type_of(Index at) const {
        switch (section_.kind(at)) {
        case json::Kind::object: return "object";
        case json::Kind::array: return "array";
        case json::Kind::string: return "string";
        case json::Kind::boolean: return "boolean";
        case json::Kind::number: return section_.whole(at) ? "integer" : "number";
        case json::Kind::null: break;
        }
        return "null";
    }

    void out_of_range(const std::string &pointer, const std::string &place, const Keywords &said) {
        const std::string_view low = said.text("minimum"), high = said.text("maximum");
        std::string hint;
        if (!low.empty()) hint = (high.empty() ? "at least " : "from ") + std::string(low);
        if (!high.empty()) hint += (low.empty() ? "at most " : " to ") + std::string(high);
        add(pointer, place + " is out of range", std::move(hint));
    }

    void unknown(const std::string &pointer, const std::vector<std::string> &known) {
        const std::string name =
            json::unescaped_token(std::string_view(pointer).substr(pointer.rfind('/') + 1))
                .value_or("");
        const std::string_view near = base::nearest(name, {known.begin(), known.end()});
        add(pointer, "unknown key " + base::in_quotes(name, 100),
            near.empty() ? "" : "did you mean \"" + std::string(near) + "\"?");
    }

    static std::string list(const std::vector<std::string> &words) {
        std::string out;
        for (const std::string &word : words)
            (out += out.empty() ? "" : ", ") += word;
        return out;
    }

    const Document &schema_, &section_;
};

} // namespace

std::vector<SectionFault> check_section(std::string_view schema, std::string_view section) {
    const Document read(schema), given(section);
    Telling telling(read, given);
    if (const auto compiled = schema::Schema::compile_what_is_known(std::string(schema)))
        for (const schema::Mismatch &mismatch : compiled->check_all(given, most_faults))
            telling.tell(mismatch);
    telling.refuse_unknown();
    return std::move(telling.faults);
}

} // namespace roomd::host
