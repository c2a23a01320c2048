#include "host/self.hpp"

#include <memory>
#include <mutex>
#include <vector>

roomd_self &roomd_self::make(std::string name, std::size_t budget, std::size_t max_tickets,
                             std::size_t max_emit) {
    // Kept by a list that is never destroyed, so that leak checkers see an owner and a thread that
    // outlives main() finds it closed and not gone.
    static std::mutex *const guard = new std::mutex;
    static auto *const all = new std::vector<std::unique_ptr<roomd_self>>;
    const std::lock_guard lock(*guard);
    all->push_back(std::make_unique<roomd_self>(std::move(name), budget, max_tickets, max_emit));
    return *all->back();
}
