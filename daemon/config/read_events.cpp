#include "base/file.hpp"
#include "base/text.hpp"
#include "catalogue/digest.hpp"
#include "catalogue/template.hpp"
#include "config/digest.hpp"
#include "config/plugin_json.hpp"
#include "config/readers.hpp"
#include "config/reference.hpp"
#include "config/trust.hpp"
#include "policy/verbs.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace roomd::config {
namespace {

constexpr std::size_t largest_file = 256 * 1024;

// One entry of `events`, and where its parts are.
struct Entered {
    explicit Entered(Section in) : section(std::move(in)) {}

    Section section;
    std::vector<Mark> rooms, arguments;
    std::string schema_file; // as one would open it from where the YAML is named; empty: inline
    PluginNode schema;       // inline
};

class Events {
public:
    explicit Events(const Section &top) : source_(top.source()), room_kinds_(top.find("rooms")) {}

    void read(const std::string &name, const Section &in) {
        catalogue::EventConf conf;
        conf.name = name;
        set_initial(conf, event_keys);
        in.read(event_keys, conf);
        Entered entered(in);
        for (const Text &room : in.elements("rooms")) {
            check_template(room);
            entered.rooms.push_back(room.mark);
        }
        for (const Text &argument : in.elements("arguments"))
            entered.arguments.push_back(argument.mark);
        if (in.has("schema")) read_schema(name, in, conf, entered);
        confs_.push_back(std::move(conf));
        entered_.push_back(std::move(entered));
    }

    // An entry of `client_events`: kinds of rooms instead of templates.
    void read_client(const std::string &name, const Section &in, ClientEvent &out) {
        catalogue::EventConf conf;
        conf.name = name;
        set_initial(conf, client_event_keys);
        in.read(client_event_keys, conf);
        Entered entered(in);
        std::vector<Text> rooms;
        if (in.require("rooms")) in.texts("rooms", rooms);
        if (in.has("rooms") && rooms.empty())
            in.fault("rooms", in.shown("rooms") + " is empty: nobody could emit it",
                     "write [library], say");
        for (const Text &room : rooms) {
            check_kind(room, room.value);
            out.kinds.push_back(room.value);
        }
        if (in.has("schema")) read_schema(name, in, conf, entered);
        confs_.push_back(std::move(conf));
        entered_.push_back(std::move(entered));
    }

    std::shared_ptr<const catalogue::Catalogue> build() {
        std::vector<catalogue::EventFault> faults;
        auto out = catalogue::Catalogue::build(confs_, faults);
        for (const catalogue::EventFault &fault : faults)
            tell(fault);
        return std::make_shared<const catalogue::Catalogue>(std::move(out));
    }

    std::vector<catalogue::EventConf> take() { return std::move(confs_); }

private:
    void check_template(const Text &text) {
        std::string why;
        const auto room = catalogue::RoomTemplate::parse(text.value, why);
        if (room) check_kind(text, std::string(room->kind())); // else reported when it is built
    }

    // A room of a kind that is not configured would always be empty: it must be a typo.
    void check_kind(const Text &text, const std::string &kind) {
        std::vector<std::string_view> kinds;
        if (room_kinds_ != nullptr)
            for (const Entry &known : room_kinds_->entries)
                kinds.push_back(known.key);
        if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return;
        const auto near = base::nearest(kind, kinds);
        source_.fault(text.mark, "unknown room kind \"" + kind + "\": it is not under rooms:",
                      near.empty() ? "add it: rooms: { " + kind + ": { join: never } }, say"
                                   : "did you mean \"" + std::string(near) + "\"?");
    }

    void read_schema(const std::string &name, const Section &in, catalogue::EventConf &conf,
                     Entered &entered) {
        const Item &node = *in.find("schema");
        if (node.kind == Item::Kind::map) {
            if (holds_reference(node)) return;
            entered.schema = plugin_node(source_, node, {});
            conf.schema = entered.schema.json;
            conf.schema_source = name + ".schema";
            return;
        }
        std::string path;
        in.text("schema", path);
        if (path.empty()) {
            if (node.kind == Item::Kind::scalar && node.text.empty())
                in.fault("schema", in.shown("schema") + " is empty",
                         "remove it: any data is accepted then");
            return;
        }
        const std::string whole = source_.absolute(path, node.mark);
        const auto [file, is_new] = files_.try_emplace(whole);
        if (is_new) {
            trust(source_, node.mark, whole);
            std::string why;
            const auto text = base::read_file(whole, largest_file, base::Wanted::regular, why);
            if (!text)
                in.fault("schema", in.shown("schema") + ": \"" + path + "\" cannot be read",
                         std::move(why));
            // An empty file is not a valid schema, but does not mean that there is none.
            else
                file->second = text->empty() ? " " : *text;
        }
        conf.schema = file->second;
        conf.schema_source = path;
        entered.schema_file =
            (std::filesystem::path(source_.file(node.mark).path).parent_path() / path)
                .lexically_normal()
                .string();
    }

    // Secrets do not belong in a schema: everyone who emits can see what it says.
    bool holds_reference(const Item &node) {
        bool found = false;
        if (node.kind == Item::Kind::scalar && is_reference(node.text)) {
            source_.fault(node.mark, "a schema must not contain \"${..}\"", "write the value out");
            found = true;
        }
        for (const Item &item : node.items)
            found = holds_reference(item) || found;
        for (const Entry &entry : node.entries)
            found = holds_reference(entry.value) || found;
        return found;
    }

    void tell(const catalogue::EventFault &fault) {
        const Entered &entered = entered_[fault.event];
        const std::string event = "event " + base::in_quotes(confs_[fault.event].name, 80);
        switch (fault.part) {
        case catalogue::EventFault::Part::name:
            return source_.fault(entered.section.mark(), event + ": " + fault.what);
        case catalogue::EventFault::Part::room:
            return source_.fault(entered.rooms[fault.nth],
                                 "invalid room \"" + confs_[fault.event].rooms[fault.nth] +
                                     "\" of " + event,
                                 fault.what);
        case catalogue::EventFault::Part::argument:
            return source_.fault(entered.arguments[fault.nth],
                                 "invalid argument of " + event + ": " + fault.what,
                                 "name a property of the event's schema");
        case catalogue::EventFault::Part::schema: break;
        }
        const auto &schema = fault.schema;
        const std::string what =
            schema.what + (schema.pointer.empty() ? "" : " (at " + schema.pointer + ')');
        if (entered.schema_file.empty())
            source_.faults.add(entered.schema.fault(
                schema.pointer, "schema of " + event + ": " + what, schema.hint));
        else
            source_.faults.add(
                {entered.schema_file, {schema.line, schema.column}, what, schema.hint});
    }

    const Source &source_;
    const Item *room_kinds_; // may be null
    std::vector<catalogue::EventConf> confs_;
    std::vector<Entered> entered_;
    std::map<std::string, std::string> files_; // text of each schema file, by its path
};

} // namespace

void read_events(const Section &top, Config &config) {
    top.map("catalogue").read(catalogue_keys, config);
    Events events(top);
    for (const auto &[name, in] : top.map("events").members())
        events.read(name, in);
    config.catalogue = events.build();
    config.events = events.take();
    config.catalogue_digest = digest(catalogue::canonical(config.events));
}

void read_client_events(const Section &top, Config &config) {
    Events events(top);
    for (const auto &[name, in] : top.map("client_events").members()) {
        const auto refuse = [&, &in = in, &name = name](const char *why) {
            in.source().fault(in.mark(), "client event " + base::in_quotes(name, 80) + ' ' + why,
                              "give it another name");
        };
        if (config.catalogue->knows(name))
            refuse("is also under events: clients could forge what backends emit");
        else if (policy::is_own_event(name))
            refuse("has a name that roomd itself uses");
        ClientEvent event;
        event.name = name;
        event.rules.allow_all = !in.has("allow");
        read_allow(in, event.rules);
        events.read_client(name, in, event);
        config.client_events.push_back(std::move(event));
    }
    config.client_schemas = events.build();
    std::vector<catalogue::EventConf> confs = events.take();
    for (std::size_t i = 0; i < confs.size(); ++i) {
        config.client_events[i].conf = std::move(confs[i]);
        config.client_events[i].conf.rooms = config.client_events[i].kinds;
    }
}

} // namespace roomd::config
