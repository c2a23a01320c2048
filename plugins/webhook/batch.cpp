#include "webhook/batch.hpp"

#include "json/json.hpp"

#include <charconv>

namespace roomd::webhook {
namespace {

constexpr std::size_t depth = json::default_depth + 8; // what a client sent, in an entry of ours

// The entries of a text that anybody may have changed in the table; empty: it is no batch.
std::string_view events_in(std::string_view batch) {
    const auto kind = json::check(batch, depth);
    if (!kind || *kind != json::Kind::object) return {};
    return json::member(batch, "events");
}

std::uint64_t number(std::string_view entry, std::string_view key) {
    const std::string_view text = json::member(entry, key);
    std::uint64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

} // namespace

std::string batch_head(std::string_view epoch, std::string_view node) {
    return "{\"kind\":\"events\",\"epoch\":" + json::quoted(epoch) +
           ",\"node\":" + json::quoted(node) + ",\"events\":[";
}

std::string gap_entry(const Gap &gap) {
    std::string out = "{\"n\":" + std::to_string(gap.to) +
                      ",\"type\":\"gap\",\"from\":" + std::to_string(gap.from) +
                      ",\"to\":" + std::to_string(gap.to) +
                      ",\"overflow\":" + (gap.overflow ? "true" : "false");
    if (gap.refused != 0) out += ",\"refused\":" + std::to_string(gap.refused);
    return out + "}";
}

std::size_t entries_of(std::string_view batch) {
    std::size_t out = 0;
    for (json::Elements entries(events_in(batch)); !entries.next().empty();)
        ++out;
    return out;
}

std::optional<std::string> gap_in_place_of(std::string_view batch, int refused) {
    Gap gap;
    gap.refused = refused;
    std::size_t entries = 0;
    bool was_refused = false;
    json::Elements all(events_in(batch));
    for (auto entry = all.next(); !entry.empty(); entry = all.next()) {
        const bool is_gap = json::member(entry, "type") == "\"gap\"";
        if (entries++ == 0) {
            gap.from = number(entry, is_gap ? "from" : "n");
            was_refused = is_gap && !json::member(entry, "refused").empty();
        }
        gap.to = number(entry, "n");
        gap.overflow = gap.overflow || (is_gap && json::member(entry, "overflow") == "true");
    }
    if (entries == 0 || (entries == 1 && was_refused)) return {};
    return batch_head(json::string(json::member(batch, "epoch")),
                      json::string(json::member(batch, "node"))) +
           gap_entry(gap) + std::string(batch_end);
}

} // namespace roomd::webhook
