// Believes who clients say they are, so that tests have users; and refuses a reload when told to.
#include <roomd/plugin.hpp>

#include <stdexcept>
#include <string_view>

namespace {

class Namebook {
public:
    Namebook(roomd::Host &host, std::string_view) {
        connects_ = host.on_connect("/", [](const roomd::Connect &who, roomd::Verdict &verdict) {
            if (who.auth.empty())
                verdict.accept();
            else
                verdict.accept(who.auth); // {"user":"ann"}
        });
    }
    void reload(std::string_view config) {
        if (config.find("\"refuse\":true") != std::string_view::npos)
            throw std::runtime_error("the book is closed");
    }

private:
    roomd::Handle connects_;
};

} // namespace

ROOMD_PLUGIN(Namebook, "namebook", "1.0")
