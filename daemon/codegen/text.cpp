#include "codegen/text.hpp"

#include "catalogue/digest.hpp"
#include "schema/document.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>

namespace roomd::codegen {
namespace {

using schema::Document;
using Index = Document::Index;

constexpr std::string_view digest_of = "Digest of the catalogue: ";
constexpr std::string_view names_of = "Digest of what its types are called: ";
constexpr std::size_t head = 1000; // digests are in the first lines
constexpr std::size_t widest = 120;

// The one that stands behind `label` in the first lines of a file, or empty.
std::string digest_behind(std::string_view label, std::string_view file) {
    const std::string_view top = file.substr(0, head);
    const std::size_t at = top.find(label);
    if (at == std::string_view::npos) return {};
    const std::string_view behind = top.substr(at + label.size());
    return std::string(behind.substr(0, behind.find_first_not_of("0123456789abcdef")));
}

class Literal {
public:
    Literal(std::string_view json, const Style &style) : doc_(json), style_(style) {}

    std::string write(Index i, std::size_t indent) const {
        std::string flat = on_one_line(i);
        const bool container =
            doc_.kind(i) == json::Kind::array || doc_.kind(i) == json::Kind::object;
        if (!container || indent + flat.size() <= widest || doc_.size(i) == 0) return flat;
        const bool object = doc_.kind(i) == json::Kind::object;
        const std::string inside = '\n' + std::string(indent + 4, ' ');
        std::string out(1, flat.front());
        for (Index at = Document::first(i); at < doc_.next(i);) {
            out += inside;
            if (object) out += name(at++) + ": ";
            out += write(at, indent + 4);
            at = doc_.next(at);
            if (at < doc_.next(i) || style_.last_comma) out += ',';
        }
        return out + '\n' + std::string(indent, ' ') + flat.back();
    }

private:
    std::string quoted(Index string) const {
        std::string scratch;
        return json::quoted(doc_.string(string, scratch));
    }
    std::string name(Index string) const {
        std::string out = quoted(string);
        if (!style_.own_name.empty() && out == json::quoted(style_.own_name))
            return '[' + out + ']';
        return out;
    }
    // Recurses as deep as the text nests.
    std::string on_one_line(Index i) const {
        switch (doc_.kind(i)) {
        case json::Kind::null: return std::string(style_.null);
        case json::Kind::boolean:
            return std::string(doc_.text(i) == "true" ? style_.yes : style_.no);
        case json::Kind::number: return std::string(doc_.text(i));
        case json::Kind::string: return quoted(i);
        case json::Kind::array:
        case json::Kind::object: break;
        }
        const bool object = doc_.kind(i) == json::Kind::object;
        std::string out = object ? "{" : "[";
        for (Index at = Document::first(i); at < doc_.next(i);) {
            if (out.size() > 1) out += ", ";
            if (object) out += name(at++) + ": ";
            out += on_one_line(at);
            at = doc_.next(at);
        }
        return out += object ? '}' : ']';
    }

    Document doc_;
    Style style_;
};

} // namespace

std::string heading(std::string_view comment, std::string_view command, std::string_view digest) {
    std::string out(comment);
    ((out += "Made by `roomd ") += command) +=
        "`. To change it, change the catalogue and run it again.\n";
    ((out += comment) += digest_of) += digest;
    return out += '\n';
}

std::string emitter_heading(std::string_view comment, std::string_view command,
                            const Source &source) {
    std::string out = heading(comment, command, source.digest);
    ((out += comment) += names_of) += source.names_digest;
    return out += '\n';
}

std::string read_digest(std::string_view file, std::string_view command) {
    const std::string made = "Made by `roomd " + std::string(command) + '`';
    if (file.substr(0, head).find(made) == std::string_view::npos) return {};
    return digest_behind(digest_of, file);
}

std::string read_names_digest(std::string_view file) {
    return digest_behind(names_of, file);
}

std::string whole_canonical(const Source &source) {
    std::vector<std::string> kinds = source.kinds;
    std::sort(kinds.begin(), kinds.end());
    return json::List()
        .raw(catalogue::canonical(source.events))
        .raw(catalogue::canonical(source.client_events))
        .raw(json::list(kinds))
        .raw(type_names(source.events))
        .raw(type_names(source.client_events))
        .done();
}

std::string literal(std::string_view json, const Style &style, std::size_t indent) {
    return Literal(json, style).write(Document::root, indent);
}

std::string list_literal(const std::vector<std::string> &texts) {
    std::string out = "[";
    for (const std::string &text : texts)
        (out += out.size() > 1 ? ", " : "") += json::quoted(text);
    return out + ']';
}

std::string in_comment(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool ends = c == '/' && !out.empty() && out.back() == '*';
        if (ends) out += ' ';
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    // JavaScript ends a line at these too.
    for (const std::string_view separator : {"\xE2\x80\xA8", "\xE2\x80\xA9"})
        for (std::size_t at; (at = out.find(separator)) != std::string::npos;)
            out.replace(at, separator.size(), " ");
    return out;
}

} // namespace roomd::codegen
