#include "codegen/contract.hpp"

#include "base/text.hpp"
#include "schema/document.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace roomd::codegen {
namespace {

std::string quoted(const std::string &text) {
    return base::in_quotes(text, 80);
}

// A schema in a file is called after the file, one in the YAML after its event.
std::string name_of(const catalogue::EventConf &event) {
    const std::string &source = event.schema_source;
    if (source == event.name + ".schema") return type_of(event.name);
    const std::string file = source.substr(source.rfind('/') + 1);
    return type_of(file.substr(0, file.find('.')));
}

class Builder {
public:
    explicit Builder(const Source &source) { out_.source = &source; }

    // Empty, or why not.
    std::string run() {
        if (std::string why = add(out_.source->events, out_.events); !why.empty()) return why;
        if (std::string why = add(out_.source->client_events, out_.client_events); !why.empty())
            return why;
        std::sort(out_.types.begin(), out_.types.end(),
                  [](const Shape &a, const Shape &b) { return a.name < b.name; });
        return {};
    }
    Contract take() { return std::move(out_); }

private:
    struct Known {
        std::string canonical; // of the schema
        std::string source;
        Type type;
    };

    std::string add(const std::vector<catalogue::EventConf> &confs, std::vector<Event> &to) {
        for (const catalogue::EventConf &conf : confs) {
            Event event;
            event.conf = &conf;
            event.call = call_of(conf.name);
            if (!conf.schema.empty())
                if (std::string why = add_type(conf, event); !why.empty()) return why;
            to.push_back(std::move(event));
        }
        std::sort(to.begin(), to.end(),
                  [](const Event &a, const Event &b) { return a.conf->name < b.conf->name; });
        return {};
    }

    std::string add_type(const catalogue::EventConf &conf, Event &event) {
        using schema::Document;
        event.type = name_of(conf);
        std::string canonical = Document(conf.schema).canonical(Document::root);
        if (const auto known = known_.find(event.type); known != known_.end()) {
            event.data = known->second.type;
            return known->second.canonical == canonical
                       ? std::string()
                       : refuse(event.type, known->second.source, conf.schema_source);
        }
        std::vector<Shape> shapes = read_schema(conf.schema, event.type);
        event.data = shapes.front().type;
        for (Shape &shape : shapes) {
            const Known known{shape.name == event.type ? canonical : std::string(),
                              conf.schema_source, shape.type};
            const auto [same, is_new] = known_.emplace(shape.name, known);
            if (!is_new) return refuse(shape.name, same->second.source, conf.schema_source);
            out_.types.push_back(std::move(shape));
        }
        return {};
    }

    static std::string refuse(const std::string &type, const std::string &a, const std::string &b) {
        return "the schemas " + quoted(a) + " and " + quoted(b) + " would both get the type " +
               type + ": rename one of them";
    }

    Contract out_;
    std::map<std::string, Known> known_; // by the name of the type
};

} // namespace

std::string type_names(const std::vector<catalogue::EventConf> &events) {
    std::map<std::string, std::string> types;
    for (const catalogue::EventConf &event : events)
        if (!event.schema.empty()) types.emplace(event.name, name_of(event));
    json::Object out;
    for (const auto &[event, type] : types)
        out.text(event, type);
    return out.done();
}

std::optional<Contract> make_contract(const Source &source, std::string &why) {
    Builder builder(source);
    why = builder.run();
    if (!why.empty()) return {};
    return builder.take();
}

std::string refuse_same(const std::vector<Event> &events, const std::vector<std::string> &names) {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty()) continue;
        const auto [same, is_new] = seen.emplace(names[i], i);
        if (!is_new)
            return "the events " + quoted(events[same->second].conf->name) + " and " +
                   quoted(events[i].conf->name) + " would both get the call " + names[i] +
                   ": rename one of them";
    }
    return {};
}

} // namespace roomd::codegen
