#include "config/key.hpp"

#include "config/scalar.hpp"
#include "config/tree.hpp"

#include <algorithm>
#include <cassert>

namespace roomd::config {
namespace {

Item parsed(std::string_view text) {
    Faults none;
    auto item = parse_yaml(text, "", none);
    assert(item && none.empty());
    return item ? *std::move(item) : Item{};
}

} // namespace

std::vector<std::string_view> words_of(const KeyInfo &key) {
    std::vector<std::string_view> out;
    for (std::string_view words = key.words; !words.empty();) {
        const std::size_t end = std::min(words.find(' '), words.size());
        out.push_back(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return out;
}

void parse(const KeyInfo &key, std::string_view text, std::size_t &out) {
    const auto value = key.unit == "size" ? parse_size(text) : parse_count(text);
    assert(value);
    out = value ? *value : 0;
}

void parse(const KeyInfo &, std::string_view text, base::Duration &out) {
    const auto value = parse_duration(text);
    assert(value);
    out = value ? *value : base::Duration{};
}

void parse(const KeyInfo &, std::string_view text, bool &out) {
    assert(text == "true" || text == "false");
    out = text == "true";
}

void parse(const KeyInfo &, std::string_view text, unsigned &out) {
    const auto value = parse_mode(text);
    assert(value);
    out = value ? *value : 0;
}

void parse(const KeyInfo &, std::string_view text, std::string &out) {
    out = parsed(text).text;
}

void parse(const KeyInfo &, std::string_view text, std::vector<std::string> &out) {
    out.clear();
    for (const Item &item : parsed(text).items)
        out.push_back(item.text);
}

std::size_t parse_word(const KeyInfo &key, std::string_view text) {
    const auto words = words_of(key);
    const auto found = std::find(words.begin(), words.end(), text);
    assert(found != words.end());
    return found == words.end() ? 0 : static_cast<std::size_t>(found - words.begin());
}

} // namespace roomd::config
