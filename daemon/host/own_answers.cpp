#include "host/own_answers.hpp"

#include "json/answer.hpp"

namespace roomd::host {
namespace {

HttpResponse unavailable(std::string_view code, std::string_view message) {
    HttpResponse response;
    response.status = 503;
    response.content_type = "application/json";
    response.headers.emplace_back("Retry-After", "1");
    response.body = json::failure(code, message);
    return response;
}

} // namespace

HttpResponse busy() {
    return unavailable("overloaded", "Too many requests are waiting; try again");
}

HttpResponse late() {
    return unavailable("plugin_timeout", "No answer in time; try again");
}

HttpResponse stopping() {
    return unavailable("stopping", "The server is going down; try again");
}

} // namespace roomd::host
