// `roomd pg emitters`.
#include "postgres/commands.hpp"
#include "postgres/emitter.hpp"
#include "postgres/lines.hpp"
#include "postgres/schema_state.hpp"

namespace roomd::postgres {

Answer make_emitters(Asked &asked) {
    const auto emitters = read_emitters(asked.events());
    const auto sql = emitters_sql(emitters);
    Answer out;
    auto &functions = out.data["functions"] = nlohmann::json::array();
    for (const auto &emitter : emitters)
        functions.push_back({{"event", emitter.event}, {"function", "roomd." + emitter.function}});
    const bool apply = asked.flag("apply");
    out.data["applied"] = apply;
    if (!apply) {
        out.text = sql;
        out.data["sql"] = sql;
        return out;
    }
    auto database = asked.connect();
    if (!look_at_schema(database).there()) refuse_missing(database);
    database.run(sql);
    out.text = database.where() + ": " +
               counted(static_cast<std::int64_t>(emitters.size()), "emitter", "emitters") + '\n';
    for (const auto &emitter : emitters)
        out.text += "  roomd." + emitter.function + "  " + shown(emitter.event) + '\n';
    return out;
}

} // namespace roomd::postgres
