// The bodies of POST /api/emit and /api/emit/batch, read by us and by nlohmann.
#include "base/text.hpp"
#include "emits/reader.hpp"
#include "fuzz/fuzz.hpp"
#include "json/json.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <variant>
#include <vector>

using namespace roomd;
using emits::Form;
using Tree = nlohmann::json;

namespace {

// What the rest of the daemon is promised of any event.
void check_read(const emits::Event &event, std::string_view body) {
    fuzz::must(json::check(event.data, emits::max_data_depth).ok());
    fuzz::must(event.data.data() >= body.data() &&
               event.data.data() + event.data.size() <= body.data() + body.size());
    fuzz::must(!event.name.empty() && base::is_utf8(event.name));
    for (const auto *names : {&event.rooms, &event.except}) {
        fuzz::must(names->size() <= emits::max_rooms);
        for (const std::string &name : *names)
            fuzz::must(base::is_utf8(name) && name.size() <= emits::max_room &&
                       name.find('\0') == name.npos);
    }
    fuzz::must(event.key.empty() || emits::is_key(event.key));
    fuzz::must(!event.broadcast || event.rooms.empty());
    fuzz::must(!event.one_room || event.rooms.size() == 1);
}

std::vector<std::string> names(const Tree &object, const char *member) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_null()) return {};
    return found->get<std::vector<std::string>>();
}

void check_same(const emits::Event &event, const Tree &object) {
    fuzz::must(event.name == object.at("event").get<std::string>());
    fuzz::must(Tree::parse(event.data) == object.at("data"));
    fuzz::must(event.nsp == object.value("namespace", ""));
    fuzz::must(event.key == object.value("key", ""));
    fuzz::must(event.broadcast == object.value("broadcast", false));
    fuzz::must(event.droppable == object.value("volatile", false));
    fuzz::must(event.durable.has_value() == object.contains("durable"));
    fuzz::must(event.durable.value_or(false) == object.value("durable", false));
    fuzz::must(event.except == names(object, "except"));
    fuzz::must(event.rooms == (event.one_room ? std::vector{object.at("room").get<std::string>()}
                                              : names(object, "rooms")));
}

void check_refused(const emits::Problem &problem) {
    fuzz::must(problem.status >= 400 && problem.status < 500);
    fuzz::must(!problem.code.empty() && !problem.message.empty());
    fuzz::must(problem.pointer.empty() || problem.pointer.front() == '/');
    fuzz::must(base::is_utf8(problem.message) && base::is_utf8(problem.pointer));
    fuzz::must(problem.message.size() < 300 && problem.pointer.size() < 300);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto body = fuzz::text(data, size);
    const bool can_differ = body.find("\\u") != body.npos; // nlohmann refuses lone surrogates
    const Tree tree = Tree::parse(body, nullptr, false);
    fuzz::must(!tree.is_discarded() || can_differ || !json::check(body).ok());
    for (const auto form : {Form::alone, Form::by_operator, Form::to_room}) {
        const auto one = emits::read_event(body, form);
        if (const auto *refused = std::get_if<emits::Problem>(&one)) {
            check_refused(*refused);
            continue;
        }
        const auto &event = std::get<emits::Event>(one);
        check_read(event, body);
        fuzz::must(form != Form::to_room || event.one_room);
        fuzz::must(form == Form::alone || (event.key.empty() && !event.durable));
        fuzz::must(!tree.is_discarded() || can_differ);
        if (!tree.is_discarded()) check_same(event, tree);
    }
    const auto many = emits::read_batch(body, 50);
    if (const auto *refused = std::get_if<emits::Problem>(&many)) {
        check_refused(*refused);
        return 0;
    }
    const auto &batch = std::get<emits::Batch>(many);
    fuzz::must(!batch.events.empty() && batch.events.size() <= 50);
    fuzz::must(!tree.is_discarded() || can_differ);
    if (!tree.is_discarded()) fuzz::must(tree.at("events").size() == batch.events.size());
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
        if (batch.events[i].problem) {
            check_refused(*batch.events[i].problem);
            continue;
        }
        check_read(batch.events[i], body);
        if (!tree.is_discarded()) check_same(batch.events[i], tree.at("events").at(i));
    }
    return 0;
}
