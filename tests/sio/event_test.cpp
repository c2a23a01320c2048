#include "sio/event.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace roomd::sio;

TEST_CASE("the library's own events are reserved, exactly") {
    for (const char *name : {"connect", "connect_error", "disconnect", "disconnecting",
                             "newListener", "removeListener"}) {
        CHECK(is_reserved(name));
        CHECK(refuse_name(name) != nullptr);
    }
    for (const char *name : {"Connect", "connect ", "connection", "error", "message", ""})
        CHECK_FALSE(is_reserved(name));
}

TEST_CASE("a name to send is short, valid text") {
    CHECK(refuse_name("booking:created") == nullptr);
    CHECK(refuse_name("caf\xC3\xA9") == nullptr);
    CHECK(refuse_name(std::string(max_name, 'x')) == nullptr);
    CHECK(refuse_name(std::string(max_name + 1, 'x')) != nullptr);
    CHECK(refuse_name("") != nullptr);
    CHECK(refuse_name("\xFF") != nullptr);
}

TEST_CASE("arguments are an array of bounded depth") {
    CHECK(refuse_args("[]", 0, 128) == nullptr);
    CHECK(refuse_args(" [1,{\"a\":[]}] ", 0, 3) == nullptr);
    CHECK(refuse_args("[1,{\"a\":[]}]", 0, 2) != nullptr);
    CHECK(refuse_args("{}", 0, 128) != nullptr);
    CHECK(refuse_args("", 0, 128) != nullptr);
    CHECK(refuse_args("[1", 0, 128) != nullptr);
    CHECK(refuse_args("[1],[2]", 0, 128) != nullptr);
    CHECK(refuse_args("[1e400]", 0, 128) != nullptr);
    CHECK(refuse_args(R"(["cut \ud83d"])", 0, 128) == nullptr);
}

TEST_CASE("placeholders of arguments name their attachments") {
    const std::string one = R"([{"_placeholder":true,"num":0}])";
    CHECK(refuse_args(one, 1, 128) == nullptr);
    CHECK(refuse_args(one, 0, 128) == nullptr); // plain data then
    CHECK(refuse_args(R"([{"_placeholder":true,"num":1}])", 1, 128) != nullptr);
    CHECK(refuse_args(R"([{"_placeholder":true}])", 1, 128) != nullptr);
    CHECK(refuse_args("[]", max_attachments, 128) == nullptr);
    CHECK(refuse_args("[]", max_attachments + 1, 128) != nullptr);
}

TEST_CASE("an object is a placeholder when its last _placeholder is true itself") {
    CHECK(placeholders_fit(R"([{"_placeholder":true,"num":1}])", 2));
    CHECK_FALSE(placeholders_fit(R"([{"_placeholder":true,"num":2}])", 2));
    CHECK(placeholders_fit(R"([{"_placeholder":1,"num":2}])", 2));
    CHECK(placeholders_fit(R"([{"_placeholder":"true","num":2}])", 2));
    CHECK(placeholders_fit(R"([{"_placeholder":true,"num":2,"_placeholder":null}])", 2));
    CHECK_FALSE(placeholders_fit(R"([{"num":0,"_placeholder":true,"num":2}])", 2));
    CHECK(placeholders_fit(R"(["_placeholder",true,"num",7,{"x":"_placeholder"}])", 2));
    CHECK_FALSE(placeholders_fit(R"([{"_placehol\u0064er":true,"num":7}])", 2));
    CHECK_FALSE(placeholders_fit(R"([{"_placeholder" : true , "n\u0075m" : 7 }])", 2));
}

TEST_CASE("a num is a decimal integer and nothing that merely compares like one") {
    for (const char *num : {"0.0", "-0", "0e0", "1E0", "\"0\"", "null", "true", "[0]", "{}",
                            "18446744073709551616"}) {
        INFO(num);
        const std::string json = R"([{"_placeholder":true,"num":)" + std::string(num) + "}]";
        CHECK_FALSE(placeholders_fit(json, 10));
    }
}
