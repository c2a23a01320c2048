#include "json/answer.hpp"

namespace roomd::json {

std::string success(std::string_view data) {
    return Object().flag("success", true).raw("data", data).done();
}

Object error(std::string_view code, std::string_view message, std::string_view pointer) {
    Object out;
    out.text("code", code).text("message", message);
    if (!pointer.empty()) out.text("pointer", pointer);
    return out;
}

std::string failure(Object error) {
    return Object().flag("success", false).raw("error", error.done()).done();
}

std::string failure(std::string_view code, std::string_view message) {
    return failure(error(code, message));
}

std::string refused_ack(Object error) {
    return List().raw(Object().flag("ok", false).raw("error", error.done()).done()).done();
}

} // namespace roomd::json
