// What a decision costs: may this client be in this room, which portal is this origin's.  Not a
// test: run it by hand.
#include "make.hpp"
#include "policy/portals.hpp"

#include <cstdio>
#include <ctime>
#include <string>

using namespace roomd;
using namespace roomd::test;

namespace {

template <class Fn> void measure(const char *what, Fn fn) {
    int rounds = 0;
    std::size_t sum = 0;
    // Time of this process alone: the machine may be busy.
    const std::clock_t begin = std::clock();
    std::clock_t end = begin;
    while (end - begin < CLOCKS_PER_SEC / 2) {
        for (int i = 0; i < 64; ++i, ++rounds)
            sum += fn();
        end = std::clock();
    }
    const double ns = static_cast<double>(end - begin) * 1e9 / CLOCKS_PER_SEC / rounds;
    std::printf("%-52s %9.0f ns  %6.2f %% of a core at 10,000/s  (%zu)\n", what, ns, ns / 1000,
                sum / static_cast<std::size_t>(rounds));
}

// The payload of a token: what issuers put in, and as many library ids as said.
std::string claims(std::string_view role, int libraries) {
    std::string out =
        R"({"iss":"https://login.studyspot.example/","aud":"roomd","iat":1790000000,)"
        R"("exp":1790003600,"nbf":1790000000,"jti":"8f14e45fceea167a5a36dedd4bea2543",)"
        R"("sub":"user_2mXk9","email":"student@university.example","name":"A Student",)"
        R"("email_verified":true,"role":")" +
        std::string(role) + R"(","tenantId":"tenant_42","libraryIds":["library0")";
    for (int i = 1; i < libraries; ++i)
        out += ",\"library" + std::to_string(i) + '"';
    return out + "]}";
}

} // namespace

int main() {
    const auto user = rules({{{equals("sub", "{id}")}}});
    const auto library = rules({{{in("role", {"student"})}}, {{contains("libraryIds", "{id}")}}},
                               policy::Join::request);
    const auto desk = rules({{{equals("tenantId", "{id}"), in("role", {"staff", "front_desk"}),
                               exists("suspended", false)}}});
    const auto libraries = rules({{{contains("libraryIds", "{id}")}}});
    const std::string student = claims("student", 3), owner = claims("library_owner", 3),
                      staff = claims("staff", 3), chain = claims("library_owner", 1000);
    std::printf("claims of %zu bytes; of %zu with 1,000 libraries\n", student.size(), chain.size());

    measure("user: by sub, admitted", [&] { return admits(user, "user_2mXk9", student); });
    measure("user: another, denied", [&] { return admits(user, "user_2mXk8", student); });
    measure("library: a student, by the first rule",
            [&] { return admits(library, "library9", student); });
    measure("library: an owner, by the second rule",
            [&] { return admits(library, "library2", owner); });
    measure("library: an owner of others, denied",
            [&] { return admits(library, "library9", owner); });
    measure("tenant desk: three conditions, admitted",
            [&] { return admits(desk, "tenant_42", staff); });
    measure("library: the last of an owner's 1,000",
            [&] { return admits(library, "library999", chain); });
    std::vector<std::string> ids;
    measure("automatic rooms of three kinds", [&] {
        ids.clear();
        automatic(user, student, ids);
        automatic(desk, staff, ids);
        automatic(libraries, student, ids);
        return ids.size();
    });
    measure("automatic rooms, 1,000 libraries", [&] {
        ids.clear();
        automatic(libraries, chain, ids);
        return ids.size();
    });

    std::vector<policy::Portal> list;
    for (const auto text : {"http://localhost:3000", "http://localhost:5173",
                            "https://studyspot-*.vercel.app", "https://*.pages.dev"})
        list.push_back({text, {*policy::parse_pattern(text)}, {}});
    const policy::Portals portals{list, policy::Missing::refuse};
    measure("origin: a wildcard, admitted",
            [&] { return portals.find("https://studyspot-git-main.vercel.app").has_value(); });
    measure("origin: none, refused",
            [&] { return portals.find("https://evil.example").has_value(); });
}
