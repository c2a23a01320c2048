#pragma once

#include "host/strings.hpp"
#include "roomd/plugin.h"
#include "sio/packet.hpp"

#include <string_view>
#include <vector>

namespace roomd::host {

// Arguments as plugins see them; views into `args`.
struct ArgsView {
    explicit ArgsView(const sio::Args &args) {
        for (const std::string_view blob : args.blobs)
            blobs.push_back({blob.data(), blob.size()});
        raw.json = str(args.json);
        raw.blobs = blobs.data();
        raw.n_blobs = blobs.size();
    }
    ArgsView(const ArgsView &) = delete;
    ArgsView &operator=(const ArgsView &) = delete;

    std::vector<roomd_bytes> blobs;
    roomd_args raw{};
};

} // namespace roomd::host
