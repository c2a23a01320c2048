#pragma once

#include "host/door.hpp"
#include "host/handles.hpp"

// What a plugin holds of its instance.  Lives as long as the process, as its Door says.
struct roomd_self final : roomd::host::Door {
    using Door::Door;
    static roomd_self &make(std::string name, std::size_t budget, std::size_t max_tickets,
                            std::size_t max_emit);

    // Home loop only, while where() says that the instance is there.
    roomd::host::Handles *handles = nullptr;
};
