#include "make.hpp"
#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd::policy;
using namespace roomd::test;
using Ids = std::vector<std::string>;

namespace {

// The room kinds of the original product.
const RoomRules user = rules({{{equals("sub", "{id}")}}});
const RoomRules role = rules({{{equals("role", "{id}")}}});
const RoomRules tenant = rules({{{equals("tenantId", "{id}")}}});
const RoomRules library =
    rules({{{in("role", {"student"})}}, {{contains("libraryIds", "{id}")}}}, Join::request);

bool may(const RoomRules &kind, std::string_view id, std::string_view claims) {
    REQUIRE_MESSAGE((claims.empty() || roomd::json::check(claims).ok()), std::string(claims));
    const bool admitted = admits(kind, id, claims);
    CHECK(explain(kind, id, claims).admitted == admitted);
    return admitted;
}

Ids rooms_of(const RoomRules &kind, std::string_view claims, std::size_t most = Values::most) {
    Ids ids;
    automatic(kind, claims, ids, most);
    for (const auto &id : ids)
        CHECK_MESSAGE(admits(kind, id, claims), id);
    return ids;
}

} // namespace

TEST_CASE("a kind without a rule that admits admits nobody") {
    CHECK_FALSE(may({}, "1", R"({"sub":"1"})"));
    CHECK_FALSE(may(rules({}), "1", R"({"sub":"1"})"));
    CHECK_FALSE(may(rules({Rule{}}), "1", R"({"sub":"1"})"));
}

TEST_CASE("a kind that admits everyone admits without claims too") {
    RoomRules all;
    all.allow_all = true;
    CHECK(may(all, "1", ""));
    CHECK(may(all, "1", R"({"sub":"1"})"));
    CHECK_FALSE(may(all, "a b", ""));
    CHECK_FALSE(may(all, "", ""));
}

TEST_CASE("a kind that is never joined by request admits nobody") {
    RoomRules never = role;
    never.join = Join::never;
    CHECK_FALSE(may(never, "staff", R"({"role":"staff"})"));
    never.allow_all = true;
    CHECK_FALSE(may(never, "staff", R"({"role":"staff"})"));
    CHECK_FALSE(by_request(never));
    CHECK(by_request(role));
    CHECK(by_request(library));
}

TEST_CASE("equals compares with the id of the room") {
    CHECK(may(user, "u1", R"({"sub":"u1"})"));
    CHECK(may(user, "42", R"({"sub":42})"));
    CHECK(may(user, "42", R"({"sub":"42"})"));
    CHECK_FALSE(may(user, "u2", R"({"sub":"u1"})"));
    CHECK(may(role, "staff", R"({"role":["student","staff"]})"));
    const RoomRules prefixed = rules({{{equals("lib", "lib-{id}-x")}}});
    CHECK(may(prefixed, "7", R"({"lib":"lib-7-x"})"));
    CHECK_FALSE(may(prefixed, "7", R"({"lib":"lib-77-x"})"));
    CHECK_FALSE(may(prefixed, "lib-7-x", R"({"lib":"lib-7-x"})"));
}

TEST_CASE("in and contains are met by one of several values") {
    CHECK(may(library, "7", R"({"role":"student"})"));
    CHECK(may(library, "7", R"({"role":"owner","libraryIds":["6","7"]})"));
    CHECK(may(library, "7", R"({"libraryIds":[6,7]})"));
    CHECK(may(library, "7", R"({"libraryIds":"7"})"));
    CHECK_FALSE(may(library, "8", R"({"role":"owner","libraryIds":["6","7"]})"));
    CHECK_FALSE(may(library, "7", R"({"role":"owner"})"));
    const RoomRules desk = rules({{{in("role", {"staff", "front_desk"})}}});
    CHECK(may(desk, "7", R"({"role":"front_desk"})"));
    CHECK(may(desk, "7", R"({"role":["student","front_desk"]})"));
    CHECK_FALSE(may(desk, "7", R"({"role":"front"})"));
}

TEST_CASE("inside a rule all conditions must hold") {
    const RoomRules both =
        rules({{{equals("tenantId", "{id}"), in("role", {"staff"}), is("verified", true)}}});
    CHECK(may(both, "t1", R"({"tenantId":"t1","role":"staff","verified":true})"));
    CHECK_FALSE(may(both, "t2", R"({"tenantId":"t1","role":"staff","verified":true})"));
    CHECK_FALSE(may(both, "t1", R"({"tenantId":"t1","role":"student","verified":true})"));
    CHECK_FALSE(may(both, "t1", R"({"tenantId":"t1","role":"staff","verified":false})"));
    CHECK_FALSE(may(both, "t1", R"({"tenantId":"t1","role":"staff"})"));
}

TEST_CASE("a boolean is met by a boolean alone") {
    const RoomRules yes = rules({{{is("verified", true)}}}), no = rules({{{is("banned", false)}}});
    CHECK(may(yes, "1", R"({"verified":true})"));
    CHECK(may(no, "1", R"({"banned":false})"));
    for (const auto claims :
         {R"({"verified":"true"})", R"({"verified":1})", R"({"verified":false})",
          R"({"verified":{}})", R"({"verified":null})", R"({})"})
        CHECK_FALSE_MESSAGE(may(yes, "1", claims), claims);
    for (const auto claims : {R"({"banned":"false"})", R"({"banned":0})", R"({"banned":null})",
                              R"({"banned":""})", R"({})"})
        CHECK_FALSE_MESSAGE(may(no, "1", claims), claims);
    CHECK_FALSE(may(rules({{{equals("verified", "true")}}}), "1", R"({"verified":true})"));
}

TEST_CASE("exists asks for a value, and its opposite for nothing at all") {
    const RoomRules with = rules({{{exists("email", true)}}});
    const RoomRules without = rules({{{exists("suspended", false)}}});
    CHECK(may(with, "1", R"({"email":"a@b"})"));
    CHECK(may(with, "1", R"({"email":""})"));
    CHECK(may(with, "1", R"({"email":false})"));
    for (const auto claims : {R"({})", R"({"email":null})", R"({"email":[]})", R"({"email":{}})"})
        CHECK_FALSE_MESSAGE(may(with, "1", claims), claims);
    CHECK(may(without, "1", R"({})"));
    CHECK(may(without, "1", R"({"suspended":null})"));
    for (const auto claims :
         {R"({"suspended":false})", R"({"suspended":{"since":1}})", R"({"suspended":[]})",
          R"({"suspended":1.5})", R"({"suspended":1,"suspended":2})", "", "[]", "null"})
        CHECK_FALSE_MESSAGE(may(without, "1", claims), claims);
}

TEST_CASE("no claim opens a room that it does not name") {
    struct Attempt {
        const RoomRules &kind;
        std::string_view id, claims;
    };
    const std::vector<Attempt> attempts{
        // another role, by what stands in `role`
        {role, "staff", R"({"role":"student"})"},
        {role, "staff", R"({"role":["student"]})"},
        {role, "staff", R"({"role":"staff\u0000"})"},
        {role, "staff", R"({"role":"\u0000staff"})"},
        {role, "staff", R"({"role":"staff "})"},
        {role, "staff", R"({"role":" staff"})"},
        {role, "staff", R"({"role":"staff\n"})"},
        {role, "staff", R"({"role":"\ufeffstaff"})"},
        {role, "staff", R"({"role":"Staff"})"},
        {role, "staff", R"({"role":"STAFF"})"},
        {role, "staff", R"({"role":"st\u0430ff"})"},  // Cyrillic a
        {role, "staff", R"({"role":"\uff53taff"})"},  // full width s
        {role, "staff", R"({"role":"sta\ufb00"})"},   // ligature ff
        {role, "staff", R"({"role":"staff\u200b"})"}, // zero width space
        {role, "staff", R"({"role":"sta\u0301ff"})"}, // combining accent
        {role, "staff", R"({"role":"%73taff"})"},
        {role, "staff", R"({"role":"staffer"})"},
        {role, "staff", R"({"role":"staf"})"},
        {role, "staff", R"({"role":"student,staff"})"},
        {role, "staff", R"({"role":"student staff"})"},
        {role, "staff", R"({"role":"[\"staff\"]"})"},
        {role, "staff", R"({"role":"role:staff"})"},
        {role, "staff", R"({"role":"{id}"})"},
        {role, "staff", R"({"role":"*"})"},
        {role, "staff", R"({"role":""})"},
        {role, "staff", R"({"role":[["staff"]]})"},
        {role, "staff", R"({"role":{"staff":true}})"},
        {role, "staff", R"({"role":{"0":"staff"}})"},
        {role, "staff", R"({"role":[{"name":"staff"}]})"},
        {role, "staff", R"({"role":"student","role":"staff"})"},
        {role, "staff", R"({"role":"staff","role":"student"})"},
        {role, "staff", R"({"role":"staff","\u0072ole":"student"})"},
        {role, "staff", R"({"Role":"staff"})"},
        {role, "staff", R"({"role ":"staff"})"},
        {role, "staff", R"({"roles":"staff"})"},
        {role, "staff", R"({"role\u0000":"staff"})"},
        {role, "staff", R"({"x":{"role":"staff"}})"},
        {role, "staff", R"({"x":"\",\"role\":\"staff"})"},
        {role, "staff", R"([{"role":"staff"}])"},
        {role, "staff", R"("staff")"},
        {role, "staff", ""},
        {role, "true", R"({"role":true})"},
        {role, "null", R"({"role":null})"},
        // another user, by what looks like the number or the text of one
        {user, "1", R"({"sub":1.0})"},
        {user, "1", R"({"sub":1e0})"},
        {user, "1", R"({"sub":10e-1})"},
        {user, "0", R"({"sub":-0})"},
        {user, "1", R"({"sub":"1.0"})"},
        {user, "1", R"({"sub":"01"})"},
        {user, "1", R"({"sub":"+1"})"},
        {user, "1", R"({"sub":"\u0661"})"}, // Arabic-Indic 1
        {user, "1", R"({"sub":true})"},
        {user, "9007199254740992", R"({"sub":9007199254740993})"},
        {user, "9007199254740993", R"({"sub":9007199254740993})"},
        {user, "u1", R"({"sub":"u10"})"},
        {user, "u10", R"({"sub":"u1"})"},
        {user, "u1", R"({"sub":["u2",["u1"]]})"},
        // the id side: what the alphabet refuses is in no room, whatever the claims say
        {user, "u 1", R"({"sub":"u 1"})"},
        {user, "", R"({"sub":""})"},
        {user, std::string_view("u\0", 2), R"({"sub":"u\u0000"})"},
        {user, "u1 x", R"({"sub":"u1 x"})"},
        {user, "\xC3\xA9", R"({"sub":"é"})"},
        // another tenant, another library
        {tenant, "t1", R"({"sub":"t1","tenantId":"t2"})"},
        {tenant, "t1", R"({"tenantId":{"id":"t1"}})"},
        {tenant, "t1", R"({"tenantid":"t1"})"},
        {library, "7", R"({"role":"owner","libraryIds":["77","70"]})"},
        {library, "7", R"({"role":"owner","libraryIds":"6,7"})"},
        {library, "7", R"({"role":"owner","libraryIds":{"7":true}})"},
        {library, "7", R"({"role":"owner","libraryIds":[7.0]})"},
        {library, "7", R"({"role":{"student":1},"libraryIds":[]})"},
        {library, "student", R"({"role":"owner"})"},
    };
    CHECK(attempts.size() >= 60);
    for (const Attempt &attempt : attempts)
        CHECK_FALSE_MESSAGE(may(attempt.kind, attempt.id, attempt.claims),
                            std::string(attempt.id) << " by " << std::string(attempt.claims));
}

TEST_CASE("what stands behind the first thousand of a list opens nothing") {
    std::string claims = R"({"role":["0")";
    for (int i = 1; i < 100000; ++i)
        claims += ",\"" + std::to_string(i) + '"';
    claims += R"(,"staff"]})";
    CHECK(may(role, "999", claims));
    CHECK_FALSE(may(role, "1000", claims));
    CHECK_FALSE(may(role, "staff", claims));
}

TEST_CASE("automatic rooms come from the claims that rules compare with the id") {
    CHECK(rooms_of(user, R"({"sub":"u1"})") == Ids{"u1"});
    CHECK(rooms_of(user, R"({"sub":42})") == Ids{"42"});
    CHECK(rooms_of(role, R"({"role":["student","staff","student"]})") == Ids{"student", "staff"});
    CHECK(rooms_of(role, R"({"role":true})").empty());
    CHECK(rooms_of(role, "").empty());
    CHECK(rooms_of(rules({{{equals("lib", "lib-{id}")}}}), R"({"lib":["lib-7","7","lib-"]})") ==
          Ids{"7"});
    CHECK(rooms_of(rules({{{in("a", {"x", "{id}"})}}, {{contains("b", "{id}")}}}),
                   R"({"a":"1","b":["1","2"]})") == Ids{"1", "2"});
}

TEST_CASE("rooms that are asked for do not come by themselves") {
    CHECK(rooms_of(library, R"({"libraryIds":["7"]})").empty());
    RoomRules never = user;
    never.join = Join::never;
    CHECK(rooms_of(never, R"({"sub":"u1"})").empty());
}

TEST_CASE("an automatic room needs the whole rule, and only rules that name rooms give any") {
    const RoomRules staff =
        rules({{{equals("tenantId", "{id}"), in("role", {"staff"})}}, {{in("role", {"admin"})}}});
    CHECK(rooms_of(staff, R"({"tenantId":["t1","t2"],"role":"staff"})") == Ids{"t1", "t2"});
    CHECK(rooms_of(staff, R"({"tenantId":"t1","role":"student"})").empty());
    CHECK(rooms_of(staff, R"({"tenantId":"t1","role":"admin"})").empty());
    const RoomRules twice = rules({{{contains("a", "{id}"), contains("b", "{id}")}}});
    CHECK(rooms_of(twice, R"({"a":["1","2","3"],"b":["3","1"]})") == Ids{"1", "3"});
    CHECK(names_rooms(staff.rules[0]));
    CHECK_FALSE(names_rooms(staff.rules[1]));
    RoomRules all = staff;
    all.allow_all = true;
    CHECK(rooms_of(all, R"({"tenantId":"t1","role":"student"})").empty());
}

TEST_CASE("values that are not valid ids give no automatic room") {
    CHECK(rooms_of(role, R"({"role":["a b","","a*b","é","\u0000","ok",[1],{"x":1},1.5]})") ==
          Ids{"ok"});
    CHECK(rooms_of(user, R"({"sub":")" + std::string(256, 'a') + "\"}").empty());
}

TEST_CASE("ids as issuers write them give automatic rooms") {
    CHECK(rooms_of(user, R"({"sub":"auth0|5f3c"})") == Ids{"auth0|5f3c"});
    CHECK(rooms_of(user, R"({"sub":"CORP\\ann"})") == Ids{"CORP\\ann"});
    CHECK(rooms_of(user, R"({"sub":"urn:uuid:1"})") == Ids{"urn:uuid:1"});
    CHECK(admits(user, "CORP\\ann", R"({"sub":"CORP\\ann"})"));
    CHECK_FALSE(admits(user, "CORP/ann", R"({"sub":"CORP\\ann"})"));
    CHECK_FALSE(admits(user, "auth0%7C5f3c", R"({"sub":"auth0|5f3c"})"));
}

TEST_CASE("a value that would give a room if it were an id is told, with its claim") {
    const auto unfit = [](const RoomRules &kind, const std::string &claims) {
        std::vector<std::string> ids;
        const auto found = automatic(kind, claims, ids);
        return found ? found->claim + '=' + found->value : "";
    };
    CHECK(unfit(user, R"({"sub":"ann smith"})") == "sub=ann smith");
    CHECK(unfit(user, R"({"sub":""})") == "sub=");
    CHECK(unfit(user, R"({"sub":12345678901234567890})") == "sub=");
    CHECK(unfit(user, R"({"sub":{"id":1}})") == "sub=");
    CHECK(unfit(role, R"({"role":["ok","a b","c d"]})") == "role=a b");
    CHECK(unfit(user, R"({"sub":"u1"})").empty());
    CHECK(unfit(user, R"({"sub":null})").empty());
    CHECK(unfit(user, "{}").empty());
    RoomRules request = user;
    request.join = Join::request;
    CHECK(unfit(request, R"({"sub":"ann smith"})").empty());
    // Where another claim rules the room out anyway, there is nothing to tell.
    RoomRules desk = rules({{{contains("a", "{id}"), contains("b", "{id}")}}});
    desk.join = Join::automatic;
    CHECK(unfit(desk, R"({"a":["x y"],"b":["1"]})").empty());
    CHECK(unfit(desk, R"({"a":["x y"],"b":["x y"]})") == "a=x y");
}

TEST_CASE("automatic rooms are bounded") {
    std::string claims = R"({"role":["0")";
    for (int i = 1; i < 5000; ++i)
        claims += ",\"" + std::to_string(i) + '"';
    claims += "]}";
    CHECK(rooms_of(role, claims).size() == 1000);
    CHECK(rooms_of(role, claims, 3) == Ids{"0", "1", "2"});
    CHECK(rooms_of(rules({{{in("role", {"{id}", "1{id}"})}}}), claims, 12).size() == 12);
}

TEST_CASE("a value that is wanted and cannot be says why") {
    for (const auto bad : {"{library}", "{", "}", "{id}}", "{{id}", "{ID}", "{}", "a{id}b{x}"})
        CHECK_MESSAGE(std::string(parse_wanted(bad).error()) ==
                          "{id} is the only field, and the only use of braces",
                      bad);
    CHECK(std::string(parse_wanted("{id}-{id}").error()) == "{id} may appear only once");
    CHECK(parse_wanted("")->text("x") == "");
    CHECK(parse_wanted("a-{id}")->text("7") == "a-7");
}

TEST_CASE("automatic rooms of a rule with several ids are those for which all of it holds") {
    roomd::policy::Rule both;
    for (const char *claim : {"a", "b"}) {
        roomd::policy::Condition one;
        one.claim = *roomd::policy::parse_claim(claim);
        one.kind = roomd::policy::Condition::Kind::contains;
        one.wanted = {*roomd::policy::parse_wanted("{id}")};
        both.all.push_back(one);
    }
    roomd::policy::RoomRules kind;
    kind.join = roomd::policy::Join::automatic;
    kind.rules = {both};
    const auto rooms = [&](const std::string &claims) {
        std::vector<std::string> ids;
        roomd::policy::automatic(kind, claims, ids);
        for (const std::string &id : ids)
            CHECK_MESSAGE(roomd::policy::admits(kind, id, claims), id);
        return ids;
    };
    using Ids = std::vector<std::string>;
    CHECK(rooms(R"({"a":["1","2",3],"b":[3,"2","4"]})") == Ids{"2", "3"});
    CHECK(rooms(R"({"a":["1"],"b":[]})").empty());
    CHECK(rooms(R"({"a":["1"]})").empty());
    // One of the others may be met by a value without the id.
    kind.rules[0].all[1].wanted.push_back(*roomd::policy::parse_wanted("all"));
    CHECK(rooms(R"({"a":["1","2"],"b":["all"]})") == Ids{"1", "2"});
    CHECK(rooms(R"({"a":["1","2"],"b":["2"]})") == Ids{"2"});
    // A thousand of each take no longer than they must.
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += (many.empty() ? "\"" : ",\"") + std::to_string(i) + '"';
    CHECK(rooms(R"({"a":[)" + many + R"(],"b":[)" + many + "]}").size() == 1000);
}
