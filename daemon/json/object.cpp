#include "json/object.hpp"

#include "json/json.hpp"

#include <utility>

namespace roomd::json {

Object &Object::text(std::string_view name, std::string_view value) {
    return raw(name, quoted(value));
}

Object &Object::raw(std::string_view name, std::string_view json) {
    if (out_.size() > 1) out_ += ',';
    append_quoted(out_, name);
    out_ += ':';
    out_ += json;
    return *this;
}

std::string Object::done() {
    out_ += '}';
    return std::move(out_);
}

List &List::raw(std::string_view json) {
    if (out_.size() > 1) out_ += ',';
    out_ += json;
    return *this;
}

std::string List::done() {
    out_ += ']';
    return std::move(out_);
}

std::string list(const std::vector<std::string> &texts) {
    List out;
    for (const auto &text : texts)
        out.raw(quoted(text));
    return out.done();
}

} // namespace roomd::json
