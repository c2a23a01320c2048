#include "base/base64.hpp"
#include "eio/codec.hpp"
#include "fuzz/fuzz.hpp"

using namespace roomd;

// What was decoded, encoded again, decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    std::string blob, again_blob;
    const auto packet = eio::decode(fuzz::text(data, size), blob);
    if (!packet) return 0;
    std::string text;
    if (packet->binary)
        text = 'b' + base::base64(packet->data);
    else
        text = static_cast<char>('0' + static_cast<int>(packet->type)) + std::string(packet->data);
    const auto again = eio::decode(text, again_blob);
    fuzz::must(again.ok() && again->type == packet->type && again->binary == packet->binary &&
               again->data == packet->data);
    return 0;
}
