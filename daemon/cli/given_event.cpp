#include "cli/given_event.hpp"

#include "app/exit_code.hpp"
#include "cli/standard_input.hpp"
#include "json/json.hpp"

#include <string_view>

namespace roomd::cli {
namespace {

constexpr std::size_t most_data = 64u << 20;

void append_names(std::string &out, std::string_view member,
                  const std::vector<std::string> &names) {
    if (names.empty()) return;
    out.append(",\"").append(member).append("\":[");
    for (const auto &name : names) {
        if (out.back() != '[') out += ',';
        json::append_quoted(out, name);
    }
    out += ']';
}

} // namespace

int GivenEvent::read(Io &io, Form how) {
    if (data == "-") data = all_of(io.in, most_data);
    if (data.size() > most_data)
        return fail(io, how, app::exit_usage, "data_too_big",
                    "DATA has more than " + std::to_string(most_data) + " bytes");
    const auto kind = json::check(data);
    if (kind) return app::exit_ok;
    return fail(io, how, app::exit_usage, "data_malformed",
                std::string("DATA is not valid: ") + kind.error() +
                    "; a string needs quotes that the shell keeps: '\"text\"'");
}

std::string GivenEvent::body() const {
    std::string out = "{\"event\":" + json::quoted(event);
    append_names(out, "rooms", rooms);
    append_names(out, "except", except);
    if (broadcast) out += ",\"broadcast\":true";
    if (droppable) out += ",\"volatile\":true";
    if (!nsp.empty()) out += ",\"namespace\":" + json::quoted(nsp);
    return out.append(",\"data\":").append(data).append("}");
}

} // namespace roomd::cli
