#pragma once

#include <string_view>

namespace roomd::http {

struct Field {
    std::string_view name, value; // as sent; the value without white space around it
};

// Why bytes are refused: the status of the answer, and the code and the sentence of its body.
struct Refusal {
    int status = 0;
    std::string_view code, message;
};

} // namespace roomd::http
