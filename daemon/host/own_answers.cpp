#include "host/own_answers.hpp"

namespace roomd::host {
namespace {

HttpResponse unavailable(const char *body) {
    HttpResponse response;
    response.status = 503;
    response.content_type = "application/json";
    response.body = body;
    return response;
}

} // namespace

HttpResponse busy() {
    return unavailable("{\"success\":false,\"error\":{\"code\":\"overloaded\",\"message\":"
                       "\"Too many requests are waiting; try again\"}}");
}

HttpResponse late() {
    return unavailable("{\"success\":false,\"error\":{\"code\":\"plugin_timeout\",\"message\":"
                       "\"No answer in time; try again\"}}");
}

HttpResponse stopping() {
    return unavailable("{\"success\":false,\"error\":{\"code\":\"stopping\",\"message\":"
                       "\"The server is going down; try again\"}}");
}

} // namespace roomd::host
