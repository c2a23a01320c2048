#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roomd::codegen {

struct Member;

// What data may be, as far as type systems can say it.  It never leaves out what a schema lets
// through: what cannot be said is `unknown`.
struct Type {
    enum class Kind : std::uint8_t {
        unknown,
        null,
        boolean,
        integer,
        number,
        string,
        literal, // one value: `text` is its JSON
        list,    // of what is in `inner`
        object,  // `members`; any other one is what is in `inner`, if something is
        either,  // one of `inner`; with none of them nothing fits
        named    // the type of the name `text`, which is inside itself
    };
    Kind kind = Kind::unknown;
    std::string text;
    std::vector<Type> inner;
    std::vector<Member> members;

    bool is(Kind wanted) const noexcept { return kind == wanted; }
};

struct Member {
    std::string name;
    Type type;
    bool required = false;
    std::string about; // for people; may be empty
};

bool operator==(const Type &, const Type &);
bool operator==(const Member &, const Member &);

Type simple(Type::Kind);
Type list_of(Type);
// One of them, in the order in which they stand; nested ones flat, each once.  Unknown where they
// are more than a thousand, literals aside.
Type either(std::vector<Type>);
// What fits both; more where that has no name.
Type both(const Type &, const Type &);
// The objects of `type` without some members.
Type without(Type, const std::vector<std::string> &names);
// What a member of the objects of `type` may be.
Type member_type(const Type &, const std::string &name);

} // namespace roomd::codegen
