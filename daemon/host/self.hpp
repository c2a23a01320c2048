#pragma once

#include "host/handles.hpp"
#include "host/intake.hpp"

// What a plugin holds of its instance.  Lives as long as the process, as its Intake says.
struct roomd_self final : roomd::host::Intake {
    using Intake::Intake;
    static roomd_self &make(std::string name, std::size_t budget, std::size_t max_tickets,
                            std::size_t max_emit);

    // Home loop only, while where() says that the instance is there.
    roomd::host::Handles *handles = nullptr;
};
