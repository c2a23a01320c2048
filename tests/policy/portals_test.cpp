#include "policy/portals.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace roomd::policy;

namespace {

Portal portal(std::string name, const std::vector<std::string_view> &origins) {
    Portal out{std::move(name), {}, {}};
    for (const auto text : origins) {
        auto pattern = parse_pattern(text);
        REQUIRE_MESSAGE(pattern.ok(), std::string(text));
        out.origins.push_back(*std::move(pattern));
    }
    return out;
}

// The portals of the original service.
Portals studyspot() {
    return {{portal("owner", {"http://localhost:3000", "https://studyspot-*.vercel.app"}),
             portal("student", {"http://localhost:5173", "https://*.pages.dev"})},
            Missing::allow};
}

} // namespace

TEST_CASE("the portal of an origin is told") {
    const auto portals = studyspot();
    CHECK(portals.find("http://localhost:3000") == 0);
    CHECK(portals.find("https://studyspot-git-main.vercel.app") == 0);
    CHECK(portals.find("http://localhost:5173") == 1);
    CHECK(portals.find("https://studyspot.pages.dev") == 1);
    CHECK_FALSE(portals.find("https://evil.com").has_value());
    CHECK_FALSE(portals.find("").has_value());
    CHECK_FALSE(portals.admits("null"));
    CHECK(portals.list()[1].name == "student");
}

TEST_CASE("where several portals admit an origin, what says most of it counts") {
    const Portals portals{{portal("all", {"*"}), portal("any", {"https://*.example.com"}),
                           portal("shops", {"https://shop-*.example.com"}),
                           portal("shop", {"https://shop-7.example.com"}),
                           portal("late", {"https://*.example.com"})},
                          Missing::refuse};
    CHECK(portals.find("https://shop-7.example.com") == 3);
    CHECK(portals.find("https://shop-8.example.com") == 2);
    CHECK(portals.find("https://x.example.com") == 1);
    CHECK(portals.find("https://elsewhere.org") == 0);
    CHECK_FALSE(portals.admits("null"));
}

TEST_CASE("no origin header is a matter of its own") {
    CHECK(studyspot().admits_missing());
    CHECK_FALSE(studyspot().admits(""));
    CHECK_FALSE(Portals({portal("all", {"*"})}, Missing::refuse).admits_missing());
}

TEST_CASE("without configuration nothing is admitted") {
    const Portals portals;
    CHECK_FALSE(portals.admits("http://localhost"));
    CHECK_FALSE(portals.admits("null"));
    CHECK_FALSE(portals.admits_missing());
}

TEST_CASE("it is explained which pattern admits an origin") {
    const auto explained = studyspot().explain("https://studyspot-x.vercel.app");
    CHECK(explained.admitted);
    CHECK(explained.text == "\"https://studyspot-x.vercel.app\" is admitted\n"
                            "  portal \"owner\": \"https://studyspot-*.vercel.app\"");
}

TEST_CASE("it is explained of each pattern why it does not match") {
    const auto explained = studyspot().explain("https://studyspot-a.evil.vercel.app:444");
    CHECK_FALSE(explained.admitted);
    CHECK(explained.text ==
          "\"https://studyspot-a.evil.vercel.app:444\" is refused: no portal names it\n"
          "  portal \"owner\": \"http://localhost:3000\": another scheme\n"
          "  portal \"student\": \"http://localhost:5173\": another scheme\n"
          "  portal \"owner\": \"https://studyspot-*.vercel.app\": "
          "\"*\" matches a-z, 0-9 and \"-\" inside one label\n"
          "  portal \"student\": \"https://*.pages.dev\": another host");
    CHECK(studyspot().explain("https://x.pages.dev:444").text.find("another port") !=
          std::string::npos);
    CHECK(studyspot().explain("https://x.pages.dev/").text ==
          "\"https://x.pages.dev/\" is refused: an origin must not have a path, not even a "
          "trailing slash");
    CHECK(studyspot().explain("a\n\x1b[2J").text.find('\x1b') == std::string::npos);
    CHECK(Portals({portal("all", {"*"})}, Missing::allow).explain("null").text ==
          "\"null\" is refused: no portal names it\n"
          "  portal \"all\": \"*\": the opaque origin matches only where it is named");
}

TEST_CASE("explaining and finding are of one mind") {
    const auto portals = studyspot();
    for (const auto origin :
         {"http://localhost:3000", "http://localhost:3001", "https://x.pages.dev", "null", "",
          "https://a.b.pages.dev", "https://studyspot-.vercel.app"})
        CHECK_MESSAGE(portals.explain(origin).admitted == portals.admits(origin), origin);
}

TEST_CASE("a pattern that strangers can register under is found") {
    CHECK(open_to_strangers({portal("a", {"https://a.example", "http://localhost:3000"}),
                             portal("b", {"https://*.studyspot.pages.dev", "null"})}) == nullptr);
    for (const auto open : {"https://*.pages.dev", "https://studyspot-*.vercel.app", "*"}) {
        const auto portals = {portal("a", {"https://a.example"}), portal("b", {open})};
        const std::vector<Portal> list{portals};
        const auto *found = open_to_strangers(list);
        REQUIRE(found != nullptr);
        CHECK(found->text() == open);
    }
}
