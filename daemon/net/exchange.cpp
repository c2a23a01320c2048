#include "net/exchange.hpp"

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
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return status < 400 ? "OK" : status < 500 ? "Error" : "Server Error";
    }
}

std::string serialize(const Answer &answer, std::string_view cors, bool keep, bool head_only) {
    const bool no_content = answer.status == 204 || answer.status == 304;
    std::string out;
    out.reserve(256 + cors.size() + answer.headers.size() + (head_only ? 0 : answer.body.size()));
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
    out += cors;
    out += keep ? "" : "Connection: close\r\n";
    if (answer.status != 304) {
        out += "Content-Length: ";
        out += std::to_string(no_content ? 0 : answer.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    if (!head_only && !no_content) out += answer.body;
    return out;
}

} // namespace roomd::net
