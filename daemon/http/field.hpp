#pragma once

#include <string_view>

namespace roomd::http {

struct Field {
    std::string_view name, value; // as sent, without white space around the value
};

// Why a request is refused: the status of the answer, and the code and message of its body.
struct Refusal {
    int status = 0;
    std::string_view code, message;
};

} // namespace roomd::http
