#include "net/answer.hpp"

namespace roomd::net {

std::string_view reason(int status) noexcept {
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return status < 400 ? "OK" : status < 500 ? "Error" : "Server Error";
    }
}

std::string serialize(const Answer &answer, std::string_view lines, Framing framing) {
    const bool no_content = answer.status == 204 || answer.status == 304;
    const bool body = !framing.head_only && !no_content;
    std::string out;
    out.reserve(256 + lines.size() + answer.headers.size() + (body ? answer.body.size() : 0));
    out += "HTTP/1.1 ";
    out += std::to_string(answer.status);
    out += ' ';
    out += reason(answer.status);
    out += "\r\n";
    if (!answer.content_type.empty()) {
        out += "Content-Type: ";
        out += answer.content_type;
        out += "\r\n";
    }
    out += answer.headers;
    out += lines;
    if (!framing.keep) {
        out += "Connection: close\r\n";
    } else if (framing.old) {
        out += "Connection: keep-alive\r\n";
    }
    if (answer.status != 304) { // Safari waits for a body of a 204 without it
        out += "Content-Length: ";
        out += std::to_string(no_content ? 0 : answer.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    if (body) out += answer.body;
    return out;
}

Answer failure(int status, std::string_view code, std::string_view message) {
    Answer answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = R"({"success":false,"error":{"code":")";
    answer.body += code;
    answer.body += R"(","message":")";
    answer.body += message;
    answer.body += R"("}})";
    return answer;
}

Answer unavailable(std::string_view message) {
    Answer answer = failure(503, "unavailable", message);
    answer.headers = "Retry-After: 1\r\n";
    answer.close = true;
    return answer;
}

Answer over_limit(Excess excess) {
    Answer answer =
        excess == Excess::all
            ? failure(503, "too_many_connections", "too many connections")
            : failure(429, "too_many_connections", "too many connections from this address");
    answer.headers = "Retry-After: 5\r\n";
    answer.close = true;
    return answer;
}

} // namespace roomd::net
