#include "eio/payload.hpp"
#include "fuzz/fuzz.hpp"
#include "sio/decoder.hpp"
#include "sio/encoder.hpp"
#include "sio/event.hpp"
#include "json/json.hpp"

#include <algorithm>

using namespace roomd;

namespace {

// Encoding may spell a name longer (1 becomes "1").
constexpr sio::Limits roomy = {.max_attachments = 10, .max_bytes = 1u << 24, .depth = 128};

base::Result<sio::Packet> decode(const sio::Frames &frames, sio::Scratch &scratch) {
    sio::Decoder decoder;
    auto packet = decoder.text(frames.front()->payload().substr(1), roomy, scratch);
    for (std::size_t i = 1; i < frames.size(); ++i) {
        fuzz::must(packet.ok() && decoder.waiting());
        packet = decoder.binary(frames[i]->payload(), roomy, scratch);
    }
    return packet;
}

void check(const sio::Args &args) {
    fuzz::must(sio::refuse_args(args.json, args.blobs.size(), roomy.depth) == nullptr);
}

bool same(const sio::Args &a, const sio::Args &b) {
    return json::trim(a.json) == json::trim(b.json) && a.blobs == b.blobs;
}

void check(const sio::Event &event, sio::Scratch &scratch) {
    fuzz::must(!sio::is_reserved(event.name));
    check(event.args);
    const auto frames = sio::event(event.nsp, event.name, event.args, event.ack);
    const auto packet = decode(frames, scratch);
    fuzz::must(packet.ok());
    const auto &again = std::get<sio::Event>(*packet);
    fuzz::must(again.nsp == event.nsp && again.name == event.name && again.ack == event.ack);
    fuzz::must(same(again.args, event.args));
}

void check(const sio::Ack &ack, sio::Scratch &scratch) {
    check(ack.args);
    const auto frames = sio::ack(ack.nsp, ack.id, ack.args); // the packet views into them
    const auto packet = decode(frames, scratch);
    fuzz::must(packet.ok());
    const auto &again = std::get<sio::Ack>(*packet);
    fuzz::must(again.nsp == ack.nsp && again.id == ack.id && same(again.args, ack.args));
}

} // namespace

// What a connection sends, as a polling payload.  What was decoded, encoded again, decodes to the
// same; what an error leaves behind is nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr sio::Limits limits = {.max_attachments = 4, .max_bytes = 4096, .depth = 20};
    sio::Decoder decoder;
    sio::Scratch scratch, again;
    eio::PayloadReader reader(fuzz::text(data, size), 1000);
    eio::Packet message{};
    while (reader.next(message) == eio::PayloadReader::Step::packet) {
        if (message.type != eio::Type::message) continue;
        const auto packet = message.binary ? decoder.binary(message.data, limits, scratch)
                                           : decoder.text(message.data, limits, scratch);
        fuzz::must(decoder.held() <= limits.max_bytes);
        if (!packet) {
            fuzz::must(!decoder.waiting() && decoder.held() == 0);
            continue;
        }
        fuzz::must(decoder.waiting() == std::holds_alternative<sio::Unfinished>(*packet));
        if (const auto *event = std::get_if<sio::Event>(&*packet)) check(*event, again);
        if (const auto *ack = std::get_if<sio::Ack>(&*packet)) check(*ack, again);
    }
    return 0;
}
