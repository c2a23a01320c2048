#pragma once

#include "base/clock.hpp"
#include "config/key_info.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::config {

// The member behind a key whose value is one of a few words: sets it to the n-th of them.
template <class Kept> struct Choice { void (*set)(Kept &, std::size_t n); };

// A key, and the member of a Kept that it sets; without one a reader of its own reads it.
template <class Kept> struct Key {
    using Member = std::variant<std::monostate, std::size_t Kept::*, base::Duration Kept::*,
                                bool Kept::*, unsigned Kept::*, std::string Kept::*,
                                std::vector<std::string> Kept::*, Choice<Kept>>;
    KeyInfo info;
    Member member{};

    constexpr Key required(std::string_view how_to_write) const {
        Key out = *this;
        out.info.how_to_write = how_to_write;
        return out;
    }
    constexpr Key sample(std::string_view text) const {
        Key out = *this;
        out.info.sample = text;
        return out;
    }
    constexpr Key of(std::string_view words) const {
        Key out = *this;
        out.info.words = words;
        return out;
    }
};

struct Range {
    std::string_view least, most; // as they would be written
};

template <class Kept>
constexpr Key<Kept> key(std::string_view path, std::string_view unit,
                        typename Key<Kept>::Member member, std::string_view initial, Range range,
                        Reload reload, std::string_view what) {
    return {{path, unit, initial, range.least, range.most, reload, what}, member};
}

template <class Kept>
constexpr Key<Kept> count(std::string_view path, std::size_t Kept::*member,
                          std::string_view initial, Range range, Reload reload,
                          std::string_view what) {
    return key<Kept>(path, "count", member, initial, range, reload, what);
}

template <class Kept>
constexpr Key<Kept> size(std::string_view path, std::size_t Kept::*member, std::string_view initial,
                         Range range, Reload reload, std::string_view what) {
    return key<Kept>(path, "size", member, initial, range, reload, what);
}

template <class Kept>
constexpr Key<Kept> duration(std::string_view path, base::Duration Kept::*member,
                             std::string_view initial, Range range, Reload reload,
                             std::string_view what) {
    return key<Kept>(path, "duration", member, initial, range, reload, what);
}

template <class Kept>
constexpr Key<Kept> flag(std::string_view path, bool Kept::*member, std::string_view initial,
                         Reload reload, std::string_view what) {
    return key<Kept>(path, "boolean", member, initial, {}, reload, what);
}

template <class Kept>
constexpr Key<Kept> mode(std::string_view path, unsigned Kept::*member, std::string_view initial,
                         Reload reload, std::string_view what) {
    return key<Kept>(path, "mode", member, initial, {}, reload, what);
}

template <class Kept>
constexpr Key<Kept> text(std::string_view path, std::string Kept::*member, std::string_view initial,
                         Reload reload, std::string_view what) {
    return key<Kept>(path, "text", member, initial, {}, reload, what);
}

// Where to listen: an address with a port, or unix: with a path.
template <class Kept>
constexpr Key<Kept> address(std::string_view path, std::string Kept::*member,
                            std::string_view initial, Reload reload, std::string_view what) {
    return key<Kept>(path, "address", member, initial, {}, reload, what);
}

// A file or folder; made absolute.
template <class Kept>
constexpr Key<Kept> file(std::string_view path, std::string Kept::*member, std::string_view initial,
                         Reload reload, std::string_view what) {
    return key<Kept>(path, "path", member, initial, {}, reload, what);
}

template <class Kept>
constexpr Key<Kept> texts(std::string_view path, std::vector<std::string> Kept::*member,
                          std::string_view initial, Reload reload, std::string_view what) {
    return key<Kept>(path, "list", member, initial, {}, reload, what);
}

template <class> struct OfMember;
template <class Kept_, class Value_> struct OfMember<Value_ Kept_::*> {
    using Kept = Kept_;
    using Value = Value_;
};

// A member that is an enumeration or a bool: `words` name its values in their order, from `first`.
template <auto member, auto first = typename OfMember<decltype(member)>::Value{}>
constexpr auto word(std::string_view path, std::string_view words, std::string_view initial,
                    Reload reload, std::string_view what) {
    using Kept = typename OfMember<decltype(member)>::Kept;
    using Value = typename OfMember<decltype(member)>::Value;
    const Choice<Kept> choice{[](Kept &kept, std::size_t n) {
        kept.*member = static_cast<Value>(static_cast<std::size_t>(first) + n);
    }};
    return key<Kept>(path, "word", choice, initial, {}, reload, what).of(words);
}

struct NoStruct {};

// A key that has a reader of its own.
template <class Kept = NoStruct>
constexpr Key<Kept> structured(std::string_view path, std::string_view unit,
                               std::string_view initial, Reload reload, std::string_view what) {
    return key<Kept>(path, unit, {}, initial, {}, reload, what);
}

// A name that is reserved: refused until the key has an effect.
template <class Kept = NoStruct>
constexpr Key<Kept> planned(std::string_view path, std::string_view what) {
    Key<Kept> out = structured<Kept>(path, "", "", Reload::yes, what);
    out.info.built = Built::not_yet;
    return out;
}

// "text json" as its words.
std::vector<std::string_view> words_of(const KeyInfo &);

// Parses `text`, which a key's row has as a default or a bound, into a value.  It is valid: a test
// goes through all rows.
void parse(const KeyInfo &, std::string_view text, std::size_t &out);
void parse(const KeyInfo &, std::string_view text, base::Duration &out);
void parse(const KeyInfo &, std::string_view text, bool &out);
void parse(const KeyInfo &, std::string_view text, unsigned &out);
void parse(const KeyInfo &, std::string_view text, std::string &out);
void parse(const KeyInfo &, std::string_view text, std::vector<std::string> &out);
// The index of `text` among the words.
std::size_t parse_word(const KeyInfo &, std::string_view text);

template <class Kept> struct SetInitial {
    const KeyInfo &info;
    Kept &out;
    void operator()(std::monostate) const {}
    void operator()(const Choice<Kept> &choice) const {
        choice.set(out, parse_word(info, info.initial));
    }
    template <class Value> void operator()(Value Kept::*member) const {
        parse(info, info.initial, out.*member);
    }
};

// Gives each member its default.  A key without one leaves what is there.
template <class Kept, class Keys> void set_initial(Kept &out, const Keys &keys) {
    for (const Key<Kept> &key : keys)
        if (!key.info.initial.empty()) std::visit(SetInitial<Kept>{key.info, out}, key.member);
}

} // namespace roomd::config
