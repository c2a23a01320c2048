#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::session {

// A namespace that has clients.  Ack ids count here, so that one encoded packet can ask many.
struct Namespace {
    std::string name;
    std::size_t clients = 0;
    std::uint64_t next_ack = 0;
};

// The namespaces of all clients, each name stored once.  One without clients is forgotten.
class Namespaces {
public:
    // Counts one more client.  The reference is valid until its last client has left.
    Namespace &enter(std::string_view name);
    void leave(Namespace &) noexcept;
    std::size_t size() const noexcept { return table_.size(); }

private:
    std::unordered_map<std::string_view, std::unique_ptr<Namespace>> table_; // views into names
};

} // namespace roomd::session
