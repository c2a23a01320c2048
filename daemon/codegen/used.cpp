#include "codegen/used.hpp"

#include <set>
#include <string>

namespace roomd::codegen {
namespace {

void collect(const Type &type, std::vector<std::string> &names) {
    if (type.is(Type::Kind::named)) names.push_back(type.text);
    for (const Type &inner : type.inner)
        collect(inner, names);
    for (const Member &member : type.members)
        collect(member.type, names);
}

} // namespace

std::vector<const Event *> each_of(const std::vector<Event> &events) {
    std::vector<const Event *> out;
    out.reserve(events.size());
    for (const Event &event : events)
        out.push_back(&event);
    return out;
}

std::vector<const Shape *> used_types(const Contract &contract,
                                      const std::vector<const Event *> &events) {
    std::vector<std::string> waiting;
    waiting.reserve(events.size());
    for (const Event *event : events)
        waiting.push_back(event->type);
    std::set<std::string> used;
    while (!waiting.empty()) {
        const std::string name = waiting.back();
        waiting.pop_back();
        if (!used.insert(name).second) continue;
        for (const Shape &shape : contract.types)
            if (shape.name == name) collect(shape.type, waiting);
    }
    std::vector<const Shape *> out;
    for (const Shape &shape : contract.types)
        if (used.count(shape.name) != 0) out.push_back(&shape);
    return out;
}

} // namespace roomd::codegen
