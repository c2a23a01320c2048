#include "postgres/settings.hpp"

#include "rest/problem.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace roomd::postgres {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

using Unit = std::pair<std::string_view, std::uint64_t>;
constexpr Unit times[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
constexpr Unit sizes[] = {{"MiB", 1 << 20}, {"GiB", 1 << 30}, {"MB", 1000000}, {"GB", 1000000000}};

// A whole number and one of the units; none when it is anything else.
template <std::size_t n>
std::optional<std::uint64_t> with_unit(std::string_view text, const Unit (&units)[n]) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > 1000000000) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto *const unit = std::find_if(std::begin(units), std::end(units),
                                          [&](const auto &one) { return one.first == text; });
    if (unit == std::end(units)) return {};
    return number * unit->second;
}

// One map of the section; what is not of the schema's type reads as absent: the host tells it.
class Section {
public:
    Section(const json &node, std::string where, Faults &faults) :
        node_(node.is_object() ? node : json::object()),
        where_(std::move(where)),
        faults_(faults) {}

    const json *find(const char *key) const {
        const auto it = node_.find(key);
        return it == node_.end() ? nullptr : &*it;
    }
    std::string text(const char *key) const {
        const auto *value = find(key);
        return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
    }
    void time(const char *key, milliseconds least, milliseconds most, milliseconds &out) const {
        if (find(key) == nullptr) return;
        const auto read = with_unit(text(key), times);
        if (!read) return tell(key, "is a whole number and a unit", "write 300ms, 25s or 1m");
        const milliseconds time(static_cast<milliseconds::rep>(*read));
        if (time < least || time > most)
            return tell(key, "is from " + std::to_string(least.count()) + "ms to " +
                                 std::to_string(most.count()) + "ms");
        out = time;
    }
    void size(const char *key, std::uint64_t &out) const {
        if (find(key) == nullptr) return;
        const auto read = with_unit(text(key), sizes);
        if (!read || *read == 0)
            return tell(key, "is a whole number and a unit", "write 500MiB or 20GiB");
        out = *read;
    }
    std::uint32_t whole(const char *key, std::uint32_t least, std::uint32_t most,
                        std::uint32_t otherwise) const {
        const auto *value = find(key);
        if (value == nullptr || !value->is_number_unsigned()) return otherwise;
        return static_cast<std::uint32_t>(
            std::clamp<std::uint64_t>(value->get<std::uint64_t>(), least, most));
    }
    void target(const char *key, std::optional<Target> &out) const {
        const auto *value = find(key);
        if (value == nullptr) return;
        std::string why;
        out = read_dsn(text(key), why);
        if (!out)
            tell(key, why, "write postgresql://user:password@host:5432/database, or as ${file:..}");
    }
    void tell(const std::string &key, const std::string &text, std::string_view hint = {}) const {
        faults_.add(where_ + "/" + key, key + " " + text, hint);
    }
    Section section(const char *key) const {
        const auto *value = find(key);
        return {value == nullptr ? json::object() : *value, where_ + "/" + key, faults_};
    }
    const json &node() const { return node_; }
    const std::string &where() const { return where_; }
    Faults &faults() const { return faults_; }

private:
    json node_;
    std::string where_;
    Faults &faults_;
};

bool has_mapping_types(const json &node) {
    const auto text = [](const json &value) { return value.is_string(); };
    const auto event = node.find("event"), rooms = node.find("rooms");
    return event != node.end() && event->is_string() &&
           (rooms == node.end() ||
            (rooms->is_array() && std::all_of(rooms->begin(), rooms->end(), text)));
}

void read_channel(const Section &channels, const std::string &name, const json &node,
                  Settings::Listen &out) {
    const auto at = channels.where() + "/" + rest::pointer_token(name);
    auto &faults = channels.faults();
    // A server cuts what is longer, and two names could become one.
    if (name.empty() || name.size() > 63)
        return faults.add(at, "a channel's name has 1 to 63 bytes");
    auto &channel = out.channels[name];
    if (node.is_null() || (node.is_object() && node.empty())) return;
    if (!node.is_object()) return faults.add(at, "a channel is a map", "write {}");
    for (const auto &[key, value] : node.items()) {
        if (key != "event" && key != "rooms" && key != "data")
            return faults.add(at + "/" + rest::pointer_token(key),
                              "a channel has event, rooms and data", "leave " + key + " out");
    }
    if (!has_mapping_types(node))
        return faults.add(at, "a mapping needs event, a text, and may have rooms, a list of texts",
                          "write {event: \"seat:changed\", rooms: [\"library:{library_id}\"]}");
    auto mapping = Mapping::read(node);
    if (const auto *fault = std::get_if<Mapping::Fault>(&mapping))
        return faults.add(at + fault->pointer, fault->text);
    channel = std::get<Mapping>(std::move(mapping));
}

Settings::Listen read_listen(const Section &in) {
    Settings::Listen out;
    const auto channels = in.section("channels");
    for (const auto &[name, node] : channels.node().items())
        read_channel(channels, name, node, out);
    if (out.channels.empty())
        in.tell("channels", "names no channel", "write channels: {my_channel: {}}");
    out.catch_up = in.text("catch_up");
    return out;
}

Settings::Outbox read_outbox(const Section &in) {
    Settings::Outbox out;
    out.batch = in.whole("batch", 1, 10000, out.batch);
    out.rate = in.whole("rate", 0, 1000000, out.rate);
    out.node = in.text("node");
    in.time("keep", milliseconds(3600 * 1000), milliseconds(milliseconds::rep(366) * 86400000),
            out.keep);
    in.size("keep_size", out.keep_size);
    in.size("store_memory", out.store_memory);
    in.size("lifecycle_max", out.lifecycle_max);
    in.time("busy", milliseconds(5), milliseconds(1000), out.busy);
    in.time("idle", milliseconds(200), milliseconds(60000), out.idle);
    if (in.text("wake") == "poll") out.wake = Settings::Wake::by_polling;
    if (const auto *on = in.find("sequence"); on != nullptr && on->is_boolean())
        out.sequence = on->get<bool>();
    if (const auto *on = in.find("store"); on != nullptr && on->is_boolean())
        out.store = on->get<bool>();
    return out;
}

} // namespace

Settings read_settings(std::string_view text, Faults &faults) {
    const auto node = json::parse(text.empty() ? "{}" : text, nullptr, false);
    const Section in(node, "", faults);
    Settings out;
    std::optional<Target> target;
    in.target("dsn", target);
    if (in.find("dsn") == nullptr)
        in.tell("dsn", "is missing", "write dsn: \"${credential:pg_dsn}\"");
    if (target) out.target = std::move(*target);
    in.target("listen_dsn", out.direct);
    in.time("connect_timeout", milliseconds(100), milliseconds(300000), out.times.connect);
    in.time("answer_timeout", milliseconds(100), milliseconds(300000), out.times.answer);
    in.time("probe", milliseconds(100), milliseconds(300000), out.times.probe);
    in.time("retry_max", milliseconds(250), milliseconds(300000), out.times.retry_most);
    if (in.find("listen") != nullptr) out.listen = read_listen(in.section("listen"));
    // Without either it is the outbox, which loses nothing.
    if (in.find("outbox") != nullptr || !out.listen) out.outbox = read_outbox(in.section("outbox"));
    return out;
}

} // namespace roomd::postgres
