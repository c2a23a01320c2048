#include "app/start_faults.hpp"

#include "app/checking.hpp"
#include "app/options.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "log/line.hpp"

#include <initializer_list>
#include <sstream>
#include <string>

namespace roomd::app {
namespace {

class Teller {
public:
    Teller(const config::Config &config, std::ostream &err) :
        style_(log_options(config).style),
        err_(err) {}

    bool in_json() const noexcept { return style_.format == log::Format::json; }
    void json(std::string_view message, std::initializer_list<log::Field> fields) {
        err_ << log::line(style_, base::unix_ms(), log::Level::error, message,
                          {fields.begin(), fields.size()})
             << '\n';
    }
    // The journal gives each line a priority of its own.
    void text(const std::string &text) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (style_.journal_priorities) err_ << '<' << int(log::Level::error) << '>';
            err_ << line << '\n';
        }
    }

private:
    log::Style style_;
    std::ostream &err_;
};

} // namespace

void tell_faults(const config::Config &config, const config::Faults &faults, std::ostream &err) {
    Teller teller(config, err);
    if (!teller.in_json()) return teller.text(faults.text());
    for (const config::Fault &fault : faults.list())
        teller.json("configuration fault", {{"file", fault.path},
                                            {"line", fault.mark.line},
                                            {"column", fault.mark.column},
                                            {"fault", fault.what},
                                            {"do", fault.hint}});
}

void tell_failure(const config::Config &config, const std::exception &failure, std::ostream &err) {
    Teller teller(config, err);
    const std::string why = reason(failure);
    if (teller.in_json()) return teller.json("ended by a failure", {{"why", why}});
    teller.text("roomd: " + base::visible(why, 4096));
}

} // namespace roomd::app
