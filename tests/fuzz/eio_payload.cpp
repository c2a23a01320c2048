#include "eio/payload.hpp"
#include "fuzz/fuzz.hpp"

#include <vector>

using namespace roomd;
using Step = eio::PayloadReader::Step;

// The packets of a body, joined to an answer, are read from it again, in order.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr std::size_t most = 1000;
    eio::PayloadReader reader(fuzz::text(data, size), most);
    eio::Packet packet{};
    std::vector<base::FrameRef> frames;
    std::string answer;
    std::size_t bound = 0;
    while (reader.next(packet) == Step::packet) {
        const char type = static_cast<char>('0' + static_cast<int>(packet.type));
        frames.push_back(packet.binary
                             ? base::Frame::binary(packet.data)
                             : base::Frame::text({std::string_view(&type, 1), packet.data}));
        eio::append_packet(answer, *frames.back());
        bound += eio::payload_size(*frames.back());
    }
    fuzz::must(frames.size() <= most && answer.size() <= bound);
    fuzz::must(reader.next(packet) != Step::packet);
    eio::PayloadReader again(answer, most);
    for (const auto &frame : frames) {
        fuzz::must(again.next(packet) == Step::packet && packet.binary == frame->is_binary());
        fuzz::must(packet.data == frame->payload().substr(packet.binary ? 0 : 1));
    }
    return 0;
}
