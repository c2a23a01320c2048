#pragma once

#include <cstdint>
#include <string_view>

namespace roomd::postgres {

// Whether a row makes a read fail, and not the connection: the same row fails again when it is read
// alone.  Where that may heal, as when a damaged file is restored, it must fail on several
// connections.
class Doubt {
public:
    enum class Next { reconnect, read_alone, give_row_up };

    // The read behind this row failed.
    Next failed(std::int64_t behind, std::string_view sqlstate) noexcept;
    // This many rows came without an error.
    void passed(std::uint32_t rows) noexcept;
    // How many rows to read at a time: one while in doubt.
    std::uint32_t limit(std::uint32_t batch) const noexcept { return alone_ > 0 ? 1 : batch; }

private:
    std::int64_t behind_ = -1;
    unsigned times_ = 0;      // that the read behind it failed
    std::uint32_t alone_ = 0; // rows to be read alone: those that fail come in groups
};

// Errors that the content of a row can cause.
bool is_of_a_row(std::string_view sqlstate) noexcept;

} // namespace roomd::postgres
