#include "fuzz/fuzz.hpp"
#include "fuzz/http_message.hpp"

#include <algorithm>
#include <llhttp.h>

using namespace roomd;

namespace {

struct Reading {
    fuzz::Message message;
    std::string name, value;
    bool in_head = true;
};

fuzz::Message &message(llhttp_t *parser) {
    return static_cast<Reading *>(parser->data)->message;
}

std::string &name(llhttp_t *parser) {
    return static_cast<Reading *>(parser->data)->name;
}

std::string &value(llhttp_t *parser) {
    return static_cast<Reading *>(parser->data)->value;
}

int field_ends(llhttp_t *parser) {
    auto &reading = *static_cast<Reading *>(parser->data);
    if (reading.in_head)
        reading.message.fields.emplace_back(reading.name, base::trim(reading.value));
    reading.name.clear();
    reading.value.clear();
    return 0;
}

int head_ends(llhttp_t *parser) {
    auto &reading = *static_cast<Reading *>(parser->data);
    reading.in_head = false;
    reading.message.taken = true;
    reading.message.minor = parser->http_minor;
    reading.message.chunked = (parser->flags & F_CHUNKED) != 0;
    if ((parser->flags & F_CONTENT_LENGTH) != 0) reading.message.length = parser->content_length;
    reading.message.keep_alive = llhttp_should_keep_alive(parser) != 0;
    return 0;
}

llhttp_settings_t callbacks() {
    llhttp_settings_t out;
    llhttp_settings_init(&out);
    out.on_url = [](llhttp_t *p, const char *at, std::size_t size) {
        message(p).target.append(at, size);
        return 0;
    };
    out.on_header_field = [](llhttp_t *p, const char *at, std::size_t size) {
        name(p).append(at, size);
        return 0;
    };
    out.on_header_value = [](llhttp_t *p, const char *at, std::size_t size) {
        value(p).append(at, size);
        return 0;
    };
    out.on_header_value_complete = field_ends;
    out.on_headers_complete = head_ends;
    out.on_body = [](llhttp_t *p, const char *at, std::size_t size) {
        message(p).payload.append(at, size);
        return 0;
    };
    out.on_message_complete = [](llhttp_t *p) {
        message(p).whole = true;
        return static_cast<int>(HPE_PAUSED);
    };
    return out;
}

// It reads trailers as it reads fields, and refuses those that would be about the framing and are
// none; ours drops all that have the form of a field.
bool is_of_field(llhttp_errno_t error) {
    return error == HPE_INVALID_CONTENT_LENGTH || error == HPE_UNEXPECTED_CONTENT_LENGTH ||
           error == HPE_INVALID_TRANSFER_ENCODING;
}

fuzz::Message read(std::string_view bytes) {
    static const llhttp_settings_t settings = callbacks();
    Reading reading;
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &reading;
    const auto error = llhttp_execute(&parser, bytes.data(), bytes.size());
    if (!reading.in_head && is_of_field(error)) {
        reading.message.until_trailer = true;
    } else if (error != HPE_OK && error != HPE_PAUSED && error != HPE_PAUSED_UPGRADE) {
        reading.message.taken = false;
        reading.message.why = llhttp_errno_name(error);
    }
    return reading.message;
}

// 8.1 takes no extension of a chunk behind one with a value, as in "3;a=b;c" (RFC 9112, 7.1.1).
bool has_extension_behind_value(std::string_view chunks) {
    for (std::size_t at = chunks.find('='); at != chunks.npos; at = chunks.find('=', at + 1)) {
        const std::size_t end = chunks.find_first_of(";\r", at);
        if (end != chunks.npos && chunks[end] == ';') return true;
    }
    return false;
}

// A TAB is white space as a blank is (RFC 9110, 5.6.3); for 8.1 it belongs to the length, or to the
// word of Connection, that it stands beside.  So it gets blanks.
void replace_tabs(std::string &text, std::size_t end) {
    std::replace(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\t', ' ');
}

void check(std::string_view bytes) {
    auto ours = fuzz::read(bytes);
    if (!ours.taken) return;
    std::string text(bytes);
    replace_tabs(text, ours.body);
    for (auto &field : ours.fields)
        replace_tabs(field.second, field.second.size());
    const auto theirs = read(text);
    // It knows the methods of a list, and the daemon answers 501 to those that it does not know.
    if (theirs.why == "HPE_INVALID_METHOD" && ours.method == http::Method::other) return;
    if (theirs.why == "HPE_INVALID_CHUNK_SIZE" && ours.chunked &&
        has_extension_behind_value(bytes.substr(ours.body, ours.used - ours.body)))
        return;
    fuzz::compare(ours, theirs);
}

} // namespace

// Whatever our readers take, llhttp (the one of Node) takes too, and understands the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    fuzz::as_request_and_as_chunks(fuzz::text(data, size), check);
    return 0;
}
