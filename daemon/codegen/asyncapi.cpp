#include "codegen/asyncapi.hpp"

#include "base/text.hpp"
#include "codegen/text.hpp"
#include "schema/document.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <map>
#include <set>

namespace roomd::codegen {
namespace {

using schema::Document;
using Index = Document::Index;

std::string reference(const std::string &to) {
    return json::Object().text("$ref", to).done();
}

// Whether the names in an object are keywords, or anybody's.
enum class Names : unsigned char { keywords, free };

Names names_in(const std::string &keyword) {
    const bool free = base::is_one_of(
        keyword, {"properties", "patternProperties", "dependencies", "definitions"});
    return free ? Names::free : Names::keywords;
}

// A schema as it may stand in another document: its references lead to `place`, and it does not
// say what it is itself.  Recurses as deep as the text nests.
std::string moved(const Document &doc, Index i, const std::string &place, Names names) {
    std::string scratch;
    if (doc.kind(i) == json::Kind::array) {
        json::List out;
        for (Index at = Document::first(i); at < doc.next(i); at = doc.next(at))
            out.raw(moved(doc, at, place, names));
        return out.done();
    }
    if (doc.kind(i) != json::Kind::object) return std::string(doc.text(i));
    json::Object out;
    for (Index name = Document::first(i); name < doc.next(i); name = doc.next(name + 1)) {
        const std::string member(doc.string(name, scratch));
        if (names == Names::free) {
            out.raw(member, moved(doc, name + 1, place, Names::keywords));
            continue;
        }
        if (i == Document::root && (member == "$schema" || member == "$id")) continue;
        const bool refers = member == "$ref" && doc.kind(name + 1) == json::Kind::string;
        const std::string to = refers ? std::string(doc.string(name + 1, scratch)) : "";
        if (to.starts_with('#'))
            out.text(member, place + to.substr(1));
        else if (base::is_one_of(member, {"const", "enum", "default", "examples"}))
            out.raw(member, doc.text(name + 1)); // what looks like a reference there is data
        else
            out.raw(member, moved(doc, name + 1, place, names_in(member)));
    }
    return out.done();
}

// "library:{libraryId}" with its fields as parameters that have plain names.
struct Address {
    std::string text;
    std::map<std::string, std::string> parameters; // their names, and the places of the fields
};

// The name that `field` has among the parameters, or gets there.
std::string parameter_of(const std::string &field, std::map<std::string, std::string> &parameters) {
    std::string plain;
    for (const char c : field)
        plain += is_identifier(std::string("_") + c) || c == '-' ? c : '_';
    std::string name = plain;
    for (int number = 2;; ++number) {
        const auto [known, is_new] = parameters.emplace(name, field);
        if (is_new || known->second == field) return name;
        name = plain + std::to_string(number);
    }
}

Address address_of(const std::string &room) {
    Address out;
    std::size_t at = 0;
    for (std::size_t open; (open = room.find('{', at)) != std::string::npos;) {
        const std::size_t close = room.find('}', open);
        std::string field = room.substr(open + 1, close - open - 1);
        if (field.starts_with('/')) field.erase(0, 1);
        out.text += room.substr(at, open - at) + '{' + parameter_of(field, out.parameters) + '}';
        at = close + 1;
    }
    out.text += room.substr(at);
    return out;
}

class Writer {
public:
    explicit Writer(const Contract &contract) : contract_(contract) {}

    std::string run(const std::string &digest) {
        for (const Event &event : contract_.events)
            add(event, event.conf->rooms, "send", event.conf->name);
        for (const Event &event : contract_.client_events) {
            std::vector<std::string> rooms;
            for (const std::string &kind : event.conf->rooms)
                rooms.push_back(kind + ":{id}");
            add(event, rooms, "send", event.conf->name);
            add(event, rooms, "receive", event.conf->name);
        }
        // The description is first: read_digest() looks for it at the top, and the title may be
        // long.
        const auto info =
            json::Object()
                .text("description",
                      "Made by `roomd catalogue asyncapi`. Digest of the catalogue: " + digest +
                          ". Socket.IO events in rooms; a channel is a room.")
                .text("title", contract_.source->service)
                .text("version", digest)
                .done();
        return json::Object()
            .text("asyncapi", "3.0.0")
            .raw("info", info)
            .text("defaultContentType", "application/json")
            .raw("channels", channels())
            .raw("operations", operations())
            .raw("components", components())
            .done();
    }

private:
    struct Channel {
        Address address;                             // without text: rooms that the emit names
        std::map<std::string, std::string> messages; // by their ids
        std::set<std::string> sent, received;
    };

    // Ids have a small alphabet in AsyncAPI: what does not fit is `_` and the byte.
    static std::string id_of(const std::string &text) {
        constexpr const char *digits = "0123456789abcdef";
        std::string out;
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            if (is_identifier(std::string("a") + c) && c != '_')
                out += c;
            else if (c == ':')
                out += '.';
            else if (c == '{' || c == '}')
                out += '-';
            else
                ((out += '_') += digits[byte / 16]) += digits[byte % 16];
        }
        return out;
    }

    void add(const Event &event, const std::vector<std::string> &rooms, std::string_view action,
             const std::string &name) {
        const std::string id = id_of(name);
        json::Object message;
        message.text("name", name).text("title", name);
        if (!event.type.empty())
            message.raw("payload", reference("#/components/schemas/" + event.type));
        messages_.emplace(id, message.done());
        std::vector<Address> places;
        places.reserve(rooms.size());
        for (const std::string &room : rooms)
            places.push_back(address_of(room));
        if (places.empty()) places.emplace_back();
        for (Address &place : places) {
            Channel &channel = channels_[place.text.empty() ? "any" : id_of(place.text)];
            channel.address = std::move(place);
            channel.messages.emplace(id, reference("#/components/messages/" + id));
            (action == "send" ? channel.sent : channel.received).insert(id);
        }
    }

    std::string channels() const {
        json::Object out;
        for (const auto &[id, channel] : channels_) {
            json::Object one, messages, parameters;
            const Address &address = channel.address;
            if (address.text.empty())
                one.raw("address", "null")
                    .text("description", "The rooms that the backend's emit names");
            else
                one.text("address", address.text);
            for (const auto &[message, text] : channel.messages)
                messages.raw(message, text);
            one.raw("messages", messages.done());
            for (const auto &[name, field] : address.parameters)
                parameters.raw(name,
                               json::Object()
                                   .text("description", field == "id" ? "The id of the room"
                                                                      : field + " of the data")
                                   .done());
            if (!address.parameters.empty()) one.raw("parameters", parameters.done());
            out.raw(id, one.done());
        }
        return out.done();
    }

    std::string operations() const {
        json::Object out;
        for (const auto &[id, channel] : channels_) {
            operation(out, "send." + id, "send", id, channel.sent);
            operation(out, "receive." + id, "receive", id, channel.received);
        }
        return out.done();
    }

    static void operation(json::Object &out, const std::string &name, std::string_view action,
                          const std::string &channel, const std::set<std::string> &messages) {
        if (messages.empty()) return;
        const std::string place = "#/channels/" + channel, its_messages = place + "/messages/";
        json::List each;
        for (const std::string &message : messages) {
            std::string to = its_messages;
            each.raw(reference(to += message));
        }
        out.raw(name, json::Object()
                          .text("action", action)
                          .raw("channel", reference(place))
                          .raw("messages", each.done())
                          .done());
    }

    std::string components() const {
        json::Object messages, schemas;
        for (const auto &[id, text] : messages_)
            messages.raw(id, text);
        std::set<std::string> written;
        for (const auto *events : {&contract_.events, &contract_.client_events})
            for (const Event &event : *events)
                if (!event.type.empty() && written.insert(event.type).second)
                    schemas.raw(event.type,
                                moved(Document(event.conf->schema), Document::root,
                                      "#/components/schemas/" + event.type, Names::keywords));
        return json::Object()
            .raw("messages", messages.done())
            .raw("schemas", schemas.done())
            .done();
    }

    const Contract &contract_;
    std::map<std::string, Channel> channels_;
    std::map<std::string, std::string> messages_;
};

} // namespace

std::string asyncapi(const Contract &contract, const std::string &digest) {
    return literal(Writer(contract).run(digest), plain_json, 0) + '\n';
}

} // namespace roomd::codegen
