#include "sio/decoder.hpp"

#include "base/ascii.hpp"
#include "sio/event.hpp"
#include "json/json.hpp"

#include <charconv>

namespace roomd::sio {
namespace {

// A packet's text taken apart: <type>[<count>-][<nsp>,][<ack id>][<JSON>]
struct Header {
    Type type = Type::connect;
    std::size_t count = 0;
    std::string_view nsp = "/";
    std::optional<std::uint64_t> id;
    std::string_view json;
};

bool is_binary(Type type) noexcept {
    return type == Type::binary_event || type == Type::binary_ack;
}

// The run of digits at the front of `text`, taken off it.
std::string_view take_digits(std::string_view &text) noexcept {
    std::size_t size = 0;
    while (size < text.size() && base::is_digit(text[size]))
        ++size;
    const auto digits = text.substr(0, size);
    text.remove_prefix(size);
    return digits;
}

template <class Number> bool to_number(std::string_view digits, Number &number) noexcept {
    return std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc{};
}

base::Result<Header> take_apart(std::string_view text) {
    Header header;
    const unsigned type =
        text.empty() ? ~0u : static_cast<unsigned char>(text.front()) - unsigned{'0'};
    if (type > static_cast<unsigned>(Type::binary_ack)) return base::Error{"unknown packet type"};
    header.type = static_cast<Type>(type);
    text.remove_prefix(1);
    if (is_binary(header.type)) {
        if (!to_number(take_digits(text), header.count) || !text.starts_with('-') ||
            header.count == 0)
            return base::Error{"illegal attachments"};
        text.remove_prefix(1);
    }
    if (text.starts_with('/')) {
        header.nsp = text.substr(0, text.find(','));
        text.remove_prefix(header.nsp.size());
        if (!text.empty()) text.remove_prefix(1);
    }
    if (const auto digits = take_digits(text); !digits.empty()) {
        std::uint64_t id = 0;
        if (!to_number(digits, id)) return base::Error{"ack id beyond 64 bits"};
        header.id = id;
    }
    header.json = text;
    return header;
}

// The name of an event: its first element's text when that is a number or a literal without
// escapes, else decoded into `storage`.  Null data() when it is neither string nor number.
std::string_view event_name(std::string_view array, std::string &storage) {
    const auto first = json::first_element(array);
    if (first.empty()) return {};
    switch (json::kind(first)) {
    case json::Kind::number: return first;
    case json::Kind::string: break;
    default: return {};
    }
    if (first.find('\\') == std::string_view::npos) return first.substr(1, first.size() - 2);
    storage = json::string(first);
    return storage;
}

// Null when the JSON of the packet is what its type asks for.
const char *refuse(const Header &header, const Limits &limits, Scratch &scratch) {
    if (header.type == Type::connect_error) return "CONNECT_ERROR from a client";
    if (header.type == Type::disconnect) return header.json.empty() ? nullptr : "illegal payload";
    if (header.json.empty()) return header.type == Type::connect ? nullptr : "no payload";
    const bool is_connect = header.type == Type::connect;
    const auto kind =
        json::check(header.json, limits.depth, is_connect ? SIZE_MAX : limits.elements);
    if (!kind) return kind.error();
    if (*kind != (is_connect ? json::Kind::object : json::Kind::array)) return "illegal payload";
    if (is_connect) return nullptr;
    if (header.type == Type::event || header.type == Type::binary_event) {
        const auto name = event_name(header.json, scratch.name);
        if (name.data() == nullptr) return "event without a name";
        if (is_reserved(name)) return "reserved event name";
    } else if (!header.id) {
        return "ack without an id";
    }
    if (is_binary(header.type) && !placeholders_fit(header.json, header.count))
        return "illegal attachments";
    return nullptr;
}

// The elements behind the name as an array of their own.
std::string_view without_name(std::string_view array, std::string &storage) {
    const auto first = json::first_element(array);
    const auto behind = static_cast<std::size_t>(first.data() + first.size() - array.data());
    const auto rest = json::trim(array.substr(behind)); // ",1,2]" or "]"
    if (rest == "]") return "[]";
    storage.assign(rest);
    storage.front() = '[';
    return storage;
}

// What refuse() let through, as a packet.
base::Result<Packet> finish(const Header &header, Scratch &scratch,
                            std::vector<std::string_view> blobs = {}) {
    switch (header.type) {
    case Type::connect: return Packet{Connect{header.nsp, json::trim(header.json)}};
    case Type::disconnect: return Packet{Disconnect{header.nsp}};
    case Type::ack:
    case Type::binary_ack:
        return Packet{Ack{header.nsp, *header.id, Args{json::trim(header.json), std::move(blobs)}}};
    default: break;
    }
    return Packet{Event{header.nsp, event_name(header.json, scratch.name),
                        Args{without_name(header.json, scratch.args), std::move(blobs)},
                        header.id}};
}

} // namespace

base::Result<Packet> Decoder::text(std::string_view message, const Limits &limits,
                                   Scratch &scratch) {
    scratch.whole.reset();
    if (partial_) {
        partial_.reset();
        return base::Error{"text while attachments are awaited"};
    }
    if (message.size() > limits.max_bytes) return base::Error{"packet too large"};
    auto header = take_apart(message);
    if (!header) return base::Error{header.error()};
    if (header->count > limits.max_attachments) return base::Error{"too many attachments"};
    if (const char *why = refuse(*header, limits, scratch)) return base::Error{why};
    if (!is_binary(header->type)) return finish(*header, scratch);
    partial_ = std::make_unique<Partial>();
    partial_->header = message;
    partial_->count = header->count;
    partial_->bytes = message.size();
    return Packet{Unfinished{}};
}

base::Result<Packet> Decoder::binary(std::string_view message, const Limits &limits,
                                     Scratch &scratch) {
    scratch.whole.reset();
    if (!partial_) return base::Error{"binary without a header"};
    if (message.size() > limits.max_bytes || partial_->bytes > limits.max_bytes - message.size()) {
        partial_.reset();
        return base::Error{"packet too large"};
    }
    partial_->bytes += message.size();
    partial_->blobs.emplace_back(message);
    if (partial_->blobs.size() < partial_->count) return Packet{Unfinished{}};
    scratch.whole = std::move(partial_);
    const auto header = take_apart(scratch.whole->header);
    std::vector<std::string_view> blobs(scratch.whole->blobs.begin(), scratch.whole->blobs.end());
    return finish(*header, scratch, std::move(blobs));
}

std::string_view nsp_of(const Packet &packet) noexcept {
    struct {
        std::string_view operator()(const Unfinished &) const noexcept { return {}; }
        std::string_view operator()(const Connect &p) const noexcept { return p.nsp; }
        std::string_view operator()(const Disconnect &p) const noexcept { return p.nsp; }
        std::string_view operator()(const Event &p) const noexcept { return p.nsp; }
        std::string_view operator()(const Ack &p) const noexcept { return p.nsp; }
    } nsp;
    return std::visit(nsp, packet);
}

} // namespace roomd::sio
