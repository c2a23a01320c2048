#include "base/ascii.hpp"
#include "config/key_table.hpp"
#include "config/readers.hpp"
#include "config/reference.hpp"
#include "config/scalar.hpp"
#include "config/trust.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace roomd::config {
namespace {

using std::chrono::milliseconds;

// A path, or a reference to a file.  Left empty after a fault, and where only the service can read
// it.
void read_pem(const Section &tls, std::string_view name, std::string &out) {
    const Item *node = tls.find(name);
    if (!tls.require(name)) return;
    if (node->kind == Item::Kind::scalar && is_reference(node->text))
        out = resolve_path(tls.source(), node->text, node->mark).value_or("");
    else
        tls.path(name, out);
}

// Both, or none: neither can be checked alone.
net::PemPair read_pair(const Section &in) {
    net::PemPair out;
    read_pem(in, "certificate", out.certificate);
    read_pem(in, "key", out.key);
    if (out.certificate.empty() || out.key.empty()) return {};
    trust(in.source(), in.mark("certificate"), out.certificate);
    trust(in.source(), in.mark("key"), out.key);
    keep_secret(in.source(), in.mark("key"), out.key);
    return out;
}

void read_tls(const Section &entry, Listen &listen) {
    if (!entry.has("tls")) return;
    const Section tls = entry.map("tls");
    Tls &out = listen.tls.emplace();
    tls.read(tls_keys, out);
    for (const auto &[name, list] :
         {std::pair("ciphers", &out.ciphers), std::pair("cipher_suites", &out.cipher_suites)})
        if (list->empty())
            tls.fault(name, tls.shown(name) + " is empty", "remove it for the default");
    net::PemPair first = read_pair(tls);
    out.certificate = std::move(first.certificate);
    out.key = std::move(first.key);
    for (const Section &more : tls.list("certificates"))
        if (net::PemPair pair = read_pair(more); !pair.certificate.empty())
            out.more.push_back(std::move(pair));
}

void check_serves(const Section &entry, const Listen &listen) {
    if (listen.serves.empty())
        entry.fault("serves", entry.shown("serves") + " is empty",
                    "write what is served here, or remove it for the default");
}

// A socket that systemd passes: it has its address and mode already.
bool read_inherited(const Section &entry, Listen &listen) {
    for (const char *other : {"address", "mode"})
        if (entry.has(other))
            entry.fault(other, entry.shown(other) + " cannot be combined with \"systemd\"",
                        "remove it: the socket unit says where it listens, and SocketMode=");
    const bool good = !listen.systemd.empty() &&
                      std::all_of(listen.systemd.begin(), listen.systemd.end(),
                                  [](char c) { return c > 0x20 && c < 0x7F && c != ':'; });
    if (!good)
        entry.fault("systemd", entry.shown("systemd") + " is not a valid socket name",
                    "write { systemd: roomd }, as FileDescriptorName= in its unit");
    return good;
}

void read_listeners(const std::vector<Section> &entries, Config &config) {
    Unique addresses("address"), names("socket");
    for (const Section &entry : entries) {
        Listen listen;
        entry.read(listen_keys, listen);
        check_serves(entry, listen);
        if (entry.has("systemd")) {
            if (!read_inherited(entry, listen)) continue;
            names.add(entry, "systemd", listen.systemd);
            read_tls(entry, listen);
            config.listen.push_back(std::move(listen));
            continue;
        }
        if (!entry.require("address", "write { address: \"127.0.0.1:3001\" }")) continue;
        if (listen.address.empty()) continue;
        const auto address = parse_address(listen.address);
        if (!address) {
            entry.fault("address", "invalid address \"" + listen.address + '"', address.error());
            continue;
        }
        listen.unix_socket = address->unix_socket;
        listen.loopback = address->loopback;
        if (!listen.address.ends_with(":0")) addresses.add(entry, "address", listen.address);
        read_tls(entry, listen);
        if (entry.has("mode") && !listen.unix_socket)
            entry.fault("mode", entry.shown("mode") + " is for Unix sockets only", "remove it");
        config.listen.push_back(std::move(listen));
    }
}

// A poll is answered by the next ping at the latest, and an idle websocket is silent for as long.
void warn_of_late_pings(const Section &in, milliseconds interval) {
    constexpr milliseconds latest{55000};
    if (interval <= latest) return;
    in.source().warn(in.mark("ping_interval"),
                     in.shown("ping_interval") +
                         ": over 55s polls fail in apps: okhttp (Android) and URLSession (Apple) "
                         "give up after 60s, as nginx does with websockets",
                     "write 55s or less");
}

// Why this is not a name that clients may connect to, nor a prefix of such names; null when it is.
const char *namespace_fault(std::string_view name) noexcept {
    if (name.empty() || name[0] != '/') return "it must begin with \"/\"";
    if (name.size() > 128) return "it may have at most 128 bytes";
    const std::size_t star = name.find('*');
    if (star != std::string_view::npos && star + 1 != name.size())
        return "\"*\" may be only at its end";
    const bool ok = std::all_of(name.begin(), name.end(), [](char c) {
        return c > 0x20 && c < 0x7F && c != ',' && c != '?' && c != '"' && c != '\\';
    });
    return ok ? nullptr
              : "it must not contain spaces, \",\", \"?\", quotes or letters beyond ASCII";
}

void add_namespace(const Source &source, Mark mark, Namespace entry, std::vector<Namespace> &out) {
    if (const char *why = namespace_fault(entry.name))
        source.fault(mark, "invalid namespace \"" + entry.name + '"', why);
    for (const Namespace &other : out)
        if (other.name == entry.name && other.verbs != entry.verbs)
            source.fault(mark, "namespace \"" + entry.name + "\" is listed with and without verbs",
                         "remove one of the two entries");
    out.push_back(std::move(entry));
}

} // namespace

bool is_plain_name(std::string_view name, std::string_view more) noexcept {
    if (name.empty() || name.size() > 64 || !base::is_letter(name[0])) return false;
    return std::all_of(name.begin(), name.end(), [&](char c) {
        return base::is_alnum(c) || more.find(c) != std::string_view::npos;
    });
}

void Unique::add(const Section &entry, std::string_view key, const std::string &name) {
    const Mark mark = entry.mark(key);
    for (const auto &[seen, there] : seen_)
        if (seen == name)
            return entry.fault(key, std::string("duplicate ") + what_ + " \"" + name + '"',
                               "the first is at " + entry.source().place(there, mark));
    seen_.emplace_back(name, mark);
}

// Not a fault: a daemon may be there only for its plugins.
void warn_without_clients(const Section &top, const Config &config) {
    const bool any = config.listen.empty() ||
                     std::any_of(config.listen.begin(), config.listen.end(),
                                 [](const Listen &listen) { return listen.does_serve("clients"); });
    if (!any)
        top.source().warn(top.mark("listen"), "no listener serves clients: nobody can connect",
                          "add clients to serves: of one");
}

void read_listen(const Section &top, Config &config) {
    if (top.has("listen")) {
        read_listeners(top.list("listen"), config);
        if (top.find("listen")->kind == Item::Kind::list && top.find("listen")->items.empty())
            top.fault("listen", "\"listen\" is empty", "remove it for the default");
        warn_without_clients(top, config);
        return;
    }
    const auto initial =
        parse_yaml("listen: " + std::string(find_key("listen")->initial), "", top.source().faults);
    if (initial) read_listeners(Section(top.source(), *initial).list("listen"), config);
}

void read_proxies(const Section &top, Config &config) {
    std::vector<Text> texts;
    top.texts("trusted_proxies", texts);
    for (const Text &text : texts) {
        if (const auto net = policy::Proxies::parse(text.value))
            config.trusted_proxies.push_back(*net);
        else
            top.source().fault(text.mark,
                               "\"" + text.shown + "\": invalid proxy \"" + text.value + '"',
                               net.error());
    }
    if (!config.trusted_proxies.empty() || !texts.empty()) return;
    const auto taking = std::find_if(config.listen.begin(), config.listen.end(),
                                     [](const Listen &listen) { return listen.proxy_protocol; });
    if (taking != config.listen.end())
        top.fault("listen",
                  taking->name() + " takes the PROXY protocol, and there are no trusted_proxies: "
                                   "nobody could connect",
                  "add trusted_proxies: [ADDRESS OF THE PROXY]");
}

void read_socketio(const Section &top, Config &config) {
    const Section in = top.map("socketio");
    SocketIo &out = config.socketio;
    in.read(socketio_keys, out);
    if (!is_url_path(out.path))
        in.fault("path", in.shown("path") + ": invalid path \"" + out.path + "\"",
                 "it begins and ends with \"/\", such as /socket.io/");
    if (out.transports.empty())
        in.fault("transports", in.shown("transports") + " is empty", "write [websocket, polling]");
    warn_of_late_pings(in, out.ping_interval);
    if (!out.client_directory.empty())
        trust_folder(in.source(), in.mark("client_directory"), out.client_directory);
}

void read_rooms(const Section &top, Config &config) {
    const Item *list = top.find("namespaces");
    if (list == nullptr || list->kind != Item::Kind::list) {
        std::vector<Text> none; // texts() tells what it is instead
        top.texts("namespaces", none);
        return;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        Namespace entry;
        Mark mark = list->items[i].mark;
        if (list->items[i].kind == Item::Kind::map) {
            const Section in = top.entry("namespaces", i);
            in.read(namespace_keys, entry);
            if (!in.has("name")) continue;
            mark = in.mark("name");
        } else if (const auto text = top.element("namespaces", i)) {
            entry.name = text->value;
            if (entry.name == "/")
                top.source().fault(mark, "invalid namespace \"/\"",
                                   "\"/\" always exists; name others");
        } else {
            continue;
        }
        add_namespace(top.source(), mark, std::move(entry), config.namespaces);
    }
}

void read_limits(const Section &top, Config &config) {
    top.map("limits").read(limit_keys, config.limits);
    top.map("idempotency").read(idempotency_keys, config.idempotency);
    top.read(drain_keys, config);
    top.map("log").read(log_keys, config.log);
}

} // namespace roomd::config
