#include "webhook/settings.hpp"

#include "base/text.hpp"
#include "webhook/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <unistd.h>
#include <utility>

namespace roomd::webhook {
namespace {

using Json = nlohmann::json;

using Unit = std::pair<std::string_view, std::uint64_t>;
constexpr Unit times[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
constexpr Unit sizes[] = {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
constexpr std::size_t shortest_secret = 16, longest_secret = 1024;
constexpr std::size_t longest_url = 2000;

// A whole number and one of the units; none when it is anything else.
template <std::size_t n>
std::optional<std::uint64_t> with_unit(std::string_view text, const Unit (&units)[n]) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > 1000000) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto *const unit = std::find_if(std::begin(units), std::end(units),
                                          [&](const auto &one) { return one.first == text; });
    if (unit == std::end(units)) return {};
    return number * unit->second;
}

// Why this is no URL to post to; null when it is one.
const char *fault_of_url(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return "is no URL";
    const std::string_view name = url.substr(0, scheme);
    if (name != "https" && name != "http") return "is not a URL of https or http";
    if (url.size() > longest_url) return "is too long";
    if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~'; }))
        return "has blanks or characters that are not ASCII";
    const std::string_view rest = url.substr(scheme + 3);
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    if (host.empty()) return "names no host";
    if (host.find('@') != std::string_view::npos)
        return "holds a user name: the backend knows who asks by the signature";
    if (rest.find('#') != std::string_view::npos) return "has a fragment, which is never sent";
    return nullptr;
}

// One map of the section; what is not of the schema's type reads as absent: the host tells it.
class Section {
public:
    Section(const Json &node, std::string where, Faults &faults) :
        node_(node.is_object() ? node : Json::object()),
        where_(std::move(where)),
        faults_(faults) {}

    bool has(const char *key) const { return node_.contains(key); }
    void text(const char *key, std::string &out) const {
        const auto *value = find(key);
        if (value != nullptr && value->is_string()) out = value->get<std::string>();
    }
    void flag(const char *key, bool &out) const {
        const auto *value = find(key);
        if (value != nullptr && value->is_boolean()) out = value->get<bool>();
    }
    // `why_not`: why none can have such a name, or null.
    void names(const char *key, const char *(*why_not)(std::string_view), Names &out) const {
        const auto *value = find(key);
        if (value == nullptr || !value->is_array()) return;
        out.clear();
        for (const Json &one : *value)
            if (one.is_string()) out.push_back(one.get<std::string>());
        for (std::size_t i = 0; i < out.size(); ++i) {
            const std::size_t star = out[i].find('*');
            const std::string place = std::string(key) + "/" + std::to_string(i);
            if (out[i].empty() || (star != std::string::npos && star + 1 != out[i].size()))
                tell(place, "is a name, or a prefix that ends in *");
            else if (const char *const why = why_not(out[i]))
                tell(place, why,
                     why_not == why_no_namespace && out[i][0] != '/' ? "write /" + out[i] : "");
            // Each thing is told once.
            for (std::size_t other = 0; other < out.size(); ++other)
                if (other != i && base::matches(out[other], out[i]))
                    tell(place, "is already part of \"" + out[other] + "\"", "leave it out");
        }
    }
    void url(const char *key, std::string &out) const {
        if (!has(key)) return;
        text(key, out);
        if (const char *const why = fault_of_url(out))
            tell(key, why, "write https://backend.example/roomd");
    }
    void time(const char *key, long least, long most, Milliseconds &out) const {
        std::string given;
        text(key, given);
        if (given.empty()) return;
        const auto read = with_unit(given, times);
        if (!read) return tell(key, "is a whole number and a unit", "write 300ms, 25s or 1m");
        const Milliseconds time(static_cast<Milliseconds::rep>(*read));
        if (time.count() < least || time.count() > most)
            return tell(key, "is from " + std::to_string(least) + "ms to " + std::to_string(most) +
                                 "ms");
        out = time;
    }
    void size(const char *key, std::size_t least, std::size_t most, std::size_t &out) const {
        std::string given;
        text(key, given);
        if (given.empty()) return;
        const auto read = with_unit(given, sizes);
        if (!read) return tell(key, "is a whole number and a unit", "write 64KiB or 16MiB");
        if (*read < least || *read > most)
            return tell(key, "is from " + std::to_string(least >> 10) + "KiB to " +
                                 std::to_string(most >> 10) + "KiB");
        out = *read;
    }
    template <class Number> void whole(const char *key, Number &out) const {
        const auto *value = find(key);
        if (value != nullptr && value->is_number_unsigned()) out = value->get<Number>();
    }
    void tell(const std::string &key, const std::string &text, std::string_view hint = {}) const {
        faults_.add(where_ + "/" + key, key + " " + text, hint);
    }
    Section section(const char *key) const {
        const auto *value = find(key);
        return {value == nullptr ? Json::object() : *value, where_ + "/" + key, faults_};
    }

private:
    const Json *find(const char *key) const {
        const auto it = node_.find(key);
        return it == node_.end() ? nullptr : &*it;
    }

    Json node_;
    std::string where_;
    Faults &faults_;
};

void read_secrets(const Json &node, const Section &in, std::vector<std::string> &out) {
    const auto list = node.find("secrets");
    if (list == node.end() || !list->is_array() || list->empty())
        return in.tell("secrets", "is missing", "write secrets: [\"${credential:webhook}\"]");
    for (const Json &one : *list) {
        out.push_back(one.is_string() ? one.get<std::string>() : std::string());
        if (out.back().size() >= shortest_secret && out.back().size() <= longest_secret) continue;
        in.tell("secrets/" + std::to_string(out.size() - 1), "is not 16 to 1024 bytes",
                "make one with: openssl rand -hex 32");
    }
}

void read_asking(const Section &in, long longest, Asking &out) {
    in.url("url", out.url);
    in.time("timeout", 10, longest, out.timeout);
    in.size("answer", 1 << 10, 16 << 20, out.answer);
    in.whole("in_flight", out.bounds.under_way);
    in.whole("waiting", out.bounds.waiting);
    in.whole("per_client", out.bounds.per_client);
}

} // namespace

Settings read_settings(std::string_view text, Faults &faults) {
    const auto parsed = Json::parse(text.empty() ? "{}" : text, nullptr, false);
    const Json node = parsed.is_object() ? parsed : Json::object();
    const Section in(node, "", faults);
    Settings out;
    in.url("url", out.url);
    read_secrets(node, in, out.secrets);
    in.text("ca", out.ca);
    if (!out.ca.empty() && (out.ca.front() != '/' || access(out.ca.c_str(), R_OK) != 0))
        in.tell("ca", "is no absolute path of a file that can be read");
    in.text("node", out.node);
    in.names("namespaces", why_no_namespace, out.namespaces);
    in.flag("connects", out.connects);
    in.flag("disconnects", out.disconnects);
    in.names("rooms", why_no_room, out.rooms);
    in.names("events", why_no_event, out.events);
    const auto batch = in.section("batch");
    batch.whole("events", out.line.batch_events);
    batch.size("size", 1 << 10, 16 << 20, out.line.batch_bytes);
    batch.time("wait", 0, 60000, out.line.wait);
    in.size("memory", 64 << 10, std::size_t{1} << 30, out.line.bytes);
    in.flag("lifecycle", out.lifecycle);
    if (out.lifecycle && !in.has("url"))
        in.tell("lifecycle", "keeps what is told to a url, and there is none",
                "write url: https://backend.example/roomd");
    in.time("timeout", 10, 300000, out.timeout);
    in.time("retry_max", 100, 600000, out.retry_most);
    in.whole("refusals", out.line.refusals);
    in.time("away", 100, 3600000, out.away);
    in.time("flush", 0, 5000, out.flush);
    if (in.has("acks")) {
        const auto acks = in.section("acks");
        read_asking(acks, 59000, out.acks);
        acks.names("events", why_no_event, out.ack_events);
    }
    if (in.has("verdicts")) {
        const auto verdicts = in.section("verdicts");
        out.verdicts.timeout = Milliseconds(3000);
        read_asking(verdicts, 60000, out.verdicts);
        verdicts.names("connect", why_no_namespace, out.connect_verdicts);
        verdicts.names("join", why_no_room, out.join_verdicts);
        verdicts.time("cache", 0, 3600000, out.cache);
        verdicts.whole("cache_entries", out.cache_entries);
        if (out.connect_verdicts.empty() && out.join_verdicts.empty())
            in.tell("verdicts", "asks nothing", "write connect: [\"/\"] or join: [\"library:*\"]");
    }
    if (out.url.empty() && !in.has("url") && !in.has("acks") && !in.has("verdicts"))
        in.tell("url", "is missing, and neither acks nor verdicts are asked for",
                "write url: https://backend.example/roomd");
    return out;
}

} // namespace roomd::webhook
