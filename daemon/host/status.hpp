#pragma once

#include "dispatch/emit.hpp"
#include "roomd/plugin.h"

namespace roomd::host {

inline roomd_status to_status(dispatch::Status status) noexcept {
    switch (status) {
    case dispatch::Status::ok: return ROOMD_OK;
    case dispatch::Status::gone: return ROOMD_GONE;
    case dispatch::Status::invalid: return ROOMD_INVALID;
    case dispatch::Status::too_big: return ROOMD_TOO_BIG;
    case dispatch::Status::denied: return ROOMD_DENIED;
    }
    return ROOMD_FAILED;
}

} // namespace roomd::host
