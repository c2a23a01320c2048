// Carries out commands; for tests/cli.  The name of a status fails with it.
#include <roomd/plugin.hpp>

#include <stdexcept>
#include <string>
#include <utility>

class Obeys {
public:
    Obeys(roomd::Host &, std::string_view) {}

    static std::string command(const roomd::Command &command) {
        using Row = std::pair<std::string_view, roomd_status>;
        static constexpr Row rows[] = {
            {"invalid", ROOMD_INVALID}, {"denied", ROOMD_DENIED},
            {"gone", ROOMD_GONE},       {"again", ROOMD_AGAIN},
            {"expired", ROOMD_EXPIRED}, {"unsupported", ROOMD_UNSUPPORTED}};
        for (const auto &[name, status] : rows)
            if (command.name == name) throw roomd::Failure(status, "no: " + std::string(name));
        if (command.name == "throws") throw std::runtime_error("it broke");
        if (command.name == "nonsense") return "well done";
        if (command.name == "bare") return R"({"text":"without data"})";
        return R"({"text":"done\n","data":{"options":)" + std::string(command.options) +
               R"(,"config":)" + std::string(command.config) + R"(,"events":)" +
               std::string(command.events) + "}}";
    }
};

ROOMD_PLUGIN(Obeys, "obeys", "1.0")
