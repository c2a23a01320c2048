#include "cli/target.hpp"

#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "config/environment.hpp"
#include "config/load.hpp"
#include "json/json.hpp"

#include <cstdlib>
#include <ostream>
#include <unistd.h>

namespace roomd::cli {
namespace {

bool exists(const std::string &path) {
    return access(path.c_str(), F_OK) == 0;
}

// The admin socket in the file; other faults in it do not matter here.
std::string named_by(const std::string &config) {
    config::Faults faults;
    return config::load_file(config, faults).admin.socket;
}

// "message", with the pointer if there is one.
std::string refusal(std::string_view error) {
    std::string out = json::string(json::member(error, "message"));
    const std::string pointer = json::string(json::member(error, "pointer"));
    if (!pointer.empty()) out += " (" + base::visible(pointer) + ")";
    return out;
}

int show(Io &io, const Target &target, const Answer &answer, const Print &print) {
    const auto kind = json::check(answer.body);
    if (!kind || *kind != json::Kind::object)
        throw Trouble("not_roomd", "the answer is not JSON: is it roomd that listens there?");
    const bool good = json::member(answer.body, "success") == "true";
    const std::string_view error = json::member(answer.body, "error");
    const std::string code = json::string(json::member(error, "code"));
    if (target.json) io.out << answer.body << '\n';
    std::ostream nowhere(nullptr);
    Io silent{io.in, nowhere, nowhere};
    if (good) return print(target.json ? silent : io, json::member(answer.body, "data"));
    if (!target.json) io.err << "roomd: " << refusal(error) << '\n';
    return code == "configuration_invalid" ? app::exit_configuration : app::exit_runtime;
}

} // namespace

std::string dev_socket() {
    const char *folder = std::getenv("XDG_RUNTIME_DIR");
    if (folder == nullptr || folder[0] != '/' || access(folder, W_OK | X_OK) != 0) return {};
    return std::string(folder) + "/roomd-admin.sock";
}

void Target::add_to(Syntax &syntax) {
    syntax.text("--socket", socket, "PATH", "The daemon's admin socket")
        .text("-c,--config", config, "FILE", "The configuration that names the admin socket")
        .json(json);
}

std::string Target::path() const {
    if (!socket.empty()) return socket;
    if (!config.empty()) {
        std::string named = named_by(config);
        if (!named.empty()) return named;
    } else if (std::string named = config::value_of_variable("ROOMD_ADMIN_SOCKET");
               !named.empty()) {
        return named;
    } else if (const std::string file = config::default_file(); access(file.c_str(), R_OK) == 0) {
        named = named_by(file);
        if (!named.empty()) return named;
    }
    const std::string dev = dev_socket();
    return !exists(default_socket) && !dev.empty() && exists(dev) ? dev : default_socket;
}

int ask(Io &io, const Target &target, const Question &question, const Print &print) {
    try {
        const Client client(target.path());
        const Answer answer = question.post
                                  ? client.post(question.target, question.body, question.patience)
                                  : client.get(question.target, question.patience);
        return show(io, target, answer, print);
    } catch (const Trouble &trouble) {
        return fail(io, target.form(), app::exit_runtime, trouble.code, trouble.what());
    }
}

} // namespace roomd::cli
