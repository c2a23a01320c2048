#pragma once

#include <string>

namespace roomd::host {

// Why dlopen() must not see this file; empty when it may.  It maps what the headers of a shared
// object name, and where the file ends before that the process ends with SIGBUS: so a file that is
// still being copied is refused here, and so is one that is not regular, or for another machine.
std::string fault_of_shared_object(const std::string &path);

} // namespace roomd::host
