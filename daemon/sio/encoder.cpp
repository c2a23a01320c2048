#include "sio/encoder.hpp"

#include "json/json.hpp"

#include <string>

namespace roomd::sio {
namespace {

// "4" + type [+ count "-"] [+ namespace ","] [+ ack id]
std::string head(Type plain, Type binary, std::size_t blobs, std::string_view nsp,
                 std::optional<std::uint64_t> ack) {
    std::string out = "4";
    out += static_cast<char>('0' + static_cast<int>(blobs == 0 ? plain : binary));
    if (blobs > 0) {
        out += std::to_string(blobs);
        out += '-';
    }
    if (nsp != "/") {
        out += nsp;
        out += ',';
    }
    if (ack) out += std::to_string(*ack);
    return out;
}

std::string head(Type type, std::string_view nsp) {
    return head(type, type, 0, nsp, std::nullopt);
}

Frames with_blobs(base::FrameRef header, const Args &args) {
    Frames frames;
    frames.reserve(1 + args.blobs.size());
    frames.push_back(std::move(header));
    for (const auto blob : args.blobs)
        frames.push_back(base::Frame::binary(blob));
    return frames;
}

} // namespace

Frames event(std::string_view nsp, std::string_view name, const Args &args,
             std::optional<std::uint64_t> ack) {
    std::string front = head(Type::event, Type::binary_event, args.blobs.size(), nsp, ack);
    front += '[';
    json::append_quoted(front, name);
    // "[1,2]" becomes ",1,2]", "[]" becomes "]".
    auto rest = json::trim(args.json).substr(1);
    if (json::trim(rest) == "]")
        rest = "]";
    else
        front += ',';
    return with_blobs(base::Frame::text({front, rest}), args);
}

Frames ack(std::string_view nsp, std::uint64_t id, const Args &args) {
    const std::string front = head(Type::ack, Type::binary_ack, args.blobs.size(), nsp, id);
    return with_blobs(base::Frame::text({front, json::trim(args.json)}), args);
}

base::FrameRef connected(std::string_view nsp, std::string_view sid) {
    return base::Frame::text({head(Type::connect, nsp), R"({"sid":)", json::quoted(sid), "}"});
}

base::FrameRef connect_error(std::string_view nsp, std::string_view message,
                             std::string_view data) {
    const bool with_data = !data.empty();
    return base::Frame::text({head(Type::connect_error, nsp), R"({"message":)",
                              json::quoted(message), with_data ? R"(,"data":)" : "", data, "}"});
}

base::FrameRef disconnected(std::string_view nsp) {
    return base::Frame::text({head(Type::disconnect, nsp)});
}

} // namespace roomd::sio
