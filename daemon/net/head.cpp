#include "net/head.hpp"

#include "base/text.hpp"

#include <libwebsockets.h>

#include <array>
#include <unordered_map>

namespace roomd::net {

namespace {

struct MethodToken {
    Method method;
    lws_token_indexes token;
};

constexpr std::array<MethodToken, 7> methods{{{Method::get, WSI_TOKEN_GET_URI},
                                              {Method::post, WSI_TOKEN_POST_URI},
                                              {Method::options, WSI_TOKEN_OPTIONS_URI},
                                              {Method::head, WSI_TOKEN_HEAD_URI},
                                              {Method::put, WSI_TOKEN_PUT_URI},
                                              {Method::patch, WSI_TOKEN_PATCH_URI},
                                              {Method::del, WSI_TOKEN_DELETE_URI}}};

std::string read(lws *wsi, lws_token_indexes token) {
    const int size = lws_hdr_total_length(wsi, token);
    if (size <= 0) return {};
    std::string value(static_cast<std::size_t>(size) + 1, '\0');
    const int got = lws_hdr_copy(wsi, value.data(), size + 1, token);
    value.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return value;
}

bool given(lws *wsi, lws_token_indexes token) {
    return lws_hdr_total_length(wsi, token) > 0;
}

bool twice(lws *wsi, lws_token_indexes token) {
    return lws_hdr_fragment_length(wsi, token, 1) > 0;
}

// White space ahead of the colon makes it another header for libwebsockets, not for every proxy.
bool has_disguised(lws *wsi) {
    for (const std::string_view name :
         {"content-length :", "content-length\t:", "transfer-encoding :", "transfer-encoding\t:",
          "host :", "host\t:"})
        if (lws_hdr_custom_length(wsi, name.data(), static_cast<int>(name.size())) >= 0)
            return true;
    return false;
}

// Header name (lower case, no colon) -> libwebsockets' token: those are not found as custom ones.
const std::unordered_map<std::string, lws_token_indexes> &known() {
    static const auto table = [] {
        std::unordered_map<std::string, lws_token_indexes> out;
        for (int i = 0; i < WSI_TOKEN_COUNT; ++i) {
            const auto token = static_cast<lws_token_indexes>(i);
            const unsigned char *text = lws_token_to_string(token);
            std::string name = text == nullptr ? "" : reinterpret_cast<const char *>(text);
            if (name.size() < 2 || name.front() == ':' || name.back() != ':') continue;
            name.pop_back();
            out.emplace(std::move(name), token);
        }
        return out;
    }();
    return table;
}

void append_quoted(std::string &out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    const bool valid = base::is_utf8(text);
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else if (byte >= 0x80 && !valid) {
            out += "\xEF\xBF\xBD";
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace

std::string_view name(Method method) noexcept {
    switch (method) {
    case Method::get: return "GET";
    case Method::head: return "HEAD";
    case Method::post: return "POST";
    case Method::put: return "PUT";
    case Method::patch: return "PATCH";
    case Method::del: return "DELETE";
    case Method::options: return "OPTIONS";
    case Method::other: break;
    }
    return "";
}

Head read_head(lws *wsi) {
    Head head;
    for (const MethodToken &m : methods) {
        if (!given(wsi, m.token)) continue;
        head.method = m.method;
        head.path = read(wsi, m.token);
        break;
    }
    head.version = read(wsi, WSI_TOKEN_HTTP);
    head.host = read(wsi, WSI_TOKEN_HOST);
    head.connection = read(wsi, WSI_TOKEN_CONNECTION);
    head.origin = read(wsi, WSI_TOKEN_ORIGIN);
    head.origin_given = !head.origin.empty();
    head.content_length = read(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    head.length_given = !head.content_length.empty();
    head.content_type = read(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE);
    head.transfer_encoding = given(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING);
    head.content_encoding = given(wsi, WSI_TOKEN_HTTP_CONTENT_ENCODING);
    head.expects_continue = given(wsi, WSI_TOKEN_HTTP_EXPECT);
    head.subprotocols = read(wsi, WSI_TOKEN_PROTOCOL);
    head.upgrade = read(wsi, WSI_TOKEN_UPGRADE);
    head.ws_version = read(wsi, WSI_TOKEN_VERSION);
    head.ws_key = read(wsi, WSI_TOKEN_KEY);
    for (const lws_token_indexes token :
         {WSI_TOKEN_HOST, WSI_TOKEN_ORIGIN, WSI_TOKEN_HTTP_CONTENT_LENGTH, WSI_TOKEN_UPGRADE,
          WSI_TOKEN_VERSION, WSI_TOKEN_KEY, WSI_TOKEN_HTTP_CONTENT_TYPE})
        head.repeated = head.repeated || twice(wsi, token);
    for (const std::string *value :
         {&head.path, &head.version, &head.host, &head.connection, &head.origin,
          &head.content_length, &head.content_type, &head.upgrade, &head.ws_version, &head.ws_key,
          &head.subprotocols})
        head.has_nul = head.has_nul || value->find('\0') != std::string::npos;
    head.disguised = has_disguised(wsi);
    return head;
}

std::vector<Field> read_query(lws *wsi) {
    std::vector<Field> out;
    const int total = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS);
    if (total <= 0) return out;
    std::string buffer(static_cast<std::size_t>(total) + 1, '\0');
    for (int i = 0;; ++i) {
        const int size =
            lws_hdr_copy_fragment(wsi, buffer.data(), total + 1, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (size < 0) break;
        const std::string_view part(buffer.data(), static_cast<std::size_t>(size));
        if (part.empty()) continue;
        const std::size_t equals = part.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        out.emplace_back(part.substr(0, equals), value);
    }
    return out;
}

bool read_header(lws *wsi, const std::string &name, std::string &value) {
    const auto it = known().find(name);
    if (it != known().end()) {
        if (!given(wsi, it->second)) return false;
        value = read(wsi, it->second);
        return true;
    }
    const std::string with_colon = name + ":";
    const int colon_size = static_cast<int>(with_colon.size());
    const int size = lws_hdr_custom_length(wsi, with_colon.c_str(), colon_size);
    if (size < 0) return false;
    value.assign(static_cast<std::size_t>(size) + 1, '\0');
    const int got =
        lws_hdr_custom_copy(wsi, value.data(), size + 1, with_colon.c_str(), colon_size);
    value.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return got >= 0;
}

const std::string *last(const std::vector<Field> &fields, std::string_view name) noexcept {
    for (auto it = fields.rbegin(); it != fields.rend(); ++it)
        if (it->first == name) return &it->second;
    return nullptr;
}

std::string json_object(const std::vector<Field> &fields) {
    std::string out = "{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (last(fields, fields[i].first) != &fields[i].second) continue;
        if (out.size() > 1) out += ',';
        append_quoted(out, fields[i].first);
        out += ':';
        append_quoted(out, fields[i].second);
    }
    return out += '}';
}

} // namespace roomd::net
