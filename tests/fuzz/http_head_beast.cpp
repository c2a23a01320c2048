#include "fuzz/fuzz.hpp"
#include "fuzz/http_message.hpp"

#include <boost/beast/http/basic_parser.hpp>

using namespace roomd;
namespace beast = boost::beast;

namespace {

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

class Parser : public beast::http::basic_parser<true> {
public:
    Parser() {
        header_limit(1u << 20);
        body_limit(std::uint64_t{1} << 40);
        eager(true);
    }

    fuzz::Message message;

private:
    using Code = beast::error_code;

    void on_request_impl(beast::http::verb, beast::string_view, beast::string_view target,
                         int version, Code &) override {
        message.target = text(target);
        message.minor = version % 10;
    }
    void on_response_impl(int, beast::string_view, int, Code &) override {}
    void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                       Code &) override {
        if (in_head_) message.fields.emplace_back(text(name), text(value));
    }
    void on_header_impl(Code &) override {
        in_head_ = false;
        message.length = content_length() ? *content_length() : 0;
        message.chunked = chunked();
        message.keep_alive = keep_alive(); // as long as trailers have no say in it
    }
    void on_body_init_impl(const boost::optional<std::uint64_t> &, Code &) override {}
    std::size_t on_body_impl(beast::string_view part, Code &) override {
        message.payload += text(part);
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, Code &) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view part, Code &) override {
        message.payload += text(part);
        return part.size();
    }
    void on_finish_impl(Code &) override {}

    bool in_head_ = true;
};

// It reads trailers as it reads fields, and refuses those that would be about the framing or the
// connection and are not headers; ours drops all that have the form of a field.
bool is_of_field(beast::error_code error) {
    using E = beast::http::error;
    return error == E::bad_content_length || error == E::multiple_content_length ||
           error == E::bad_transfer_encoding || error == E::bad_value;
}

fuzz::Message read(std::string_view bytes) {
    Parser parser;
    beast::error_code error;
    while (!bytes.empty() && !parser.is_done() && !error)
        bytes.remove_prefix(parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error));
    auto &out = parser.message;
    out.until_trailer = parser.is_header_done() && is_of_field(error);
    out.taken = parser.is_header_done() &&
                (!error || error == beast::http::error::need_more || out.until_trailer);
    out.whole = parser.is_done();
    out.why = error.message();
    return out;
}

void check(std::string_view bytes) {
    const auto ours = fuzz::read(bytes);
    if (!ours.taken) return;
    const auto theirs = read(bytes.substr(ours.from)); // it skips no blank lines
    if (ours.proxy_connection && theirs.why == "bad value") return;
    fuzz::compare(ours, theirs);
}

} // namespace

// Whatever our readers take, Boost.Beast takes too, and understands the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    fuzz::as_request_and_as_chunks(fuzz::text(data, size), check);
    return 0;
}
