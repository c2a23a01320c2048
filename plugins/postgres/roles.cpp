#include "postgres/roles.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace roomd::postgres {
namespace {

std::vector<std::string> names(std::string_view json) {
    std::vector<std::string> out;
    const auto list = nlohmann::json::parse(json, nullptr, false);
    for (const auto &one : list)
        if (one.is_string()) out.push_back(one.get<std::string>());
    return out;
}

} // namespace

std::vector<std::string> RoleState::all() const {
    auto out = members;
    out.insert(out.end(), admitted.begin(), admitted.end());
    return out;
}

std::vector<RoleState> look_at_roles(Database &database) {
    // Names in the schema are not for everyone to use, the catalog is.  The owner may be a member
    // of what it has created.
    const auto found = database.ask(
        "SELECT v.name, r.oid IS NOT NULL, array_to_json(ARRAY("
        " SELECT DISTINCT u.rolname FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member"
        " WHERE m.roleid = r.oid AND u.oid <> n.nspowner ORDER BY u.rolname)),"
        " array_to_json(ARRAY(SELECT u.rolname"
        " FROM pg_proc p, aclexplode(p.proacl) a JOIN pg_roles u ON u.oid = a.grantee"
        " WHERE p.pronamespace = n.oid AND p.proname IN ('emit', 'sequence_batch')"
        " AND u.oid <> p.proowner AND u.rolname NOT IN ('roomd_app', 'roomd_daemon')"
        " GROUP BY u.rolname HAVING bool_or(p.proname = 'sequence_batch') ="
        " (v.name = 'roomd_daemon') ORDER BY u.rolname))"
        " FROM (VALUES ('roomd_app'), ('roomd_daemon')) v(name)"
        " JOIN pg_namespace n ON n.nspname = 'roomd'"
        " LEFT JOIN pg_roles r ON r.rolname = v.name ORDER BY v.name");
    std::vector<RoleState> out;
    out.reserve(static_cast<std::size_t>(found.rows()));
    for (int row = 0; row < found.rows(); ++row)
        out.push_back({std::string(found.text(row, 0)), found.text(row, 1) == "t",
                       names(found.text(row, 2)), names(found.text(row, 3))});
    return out;
}

} // namespace roomd::postgres
