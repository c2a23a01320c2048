#pragma once

#include "emits/event.hpp"
#include "net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::app {

// The query of an operator's request, parameter by parameter; any other parameter is a problem.
class Query {
public:
    explicit Query(const net::Request &request) : fields_(request.query) {}

    std::string_view text(std::string_view name); // `name`: a literal
    std::optional<std::uint64_t> number(std::string_view name);
    std::size_t limit();
    const std::optional<emits::Problem> &problem();

private:
    const std::vector<net::Field> &fields_;
    std::vector<std::string_view> asked_;
    std::optional<emits::Problem> problem_;
};

// The body of an operator's request: a JSON object, declared as one.  Any member that was not asked
// for is a problem, as is one of another type.
class Body {
public:
    explicit Body(const net::Request &);

    bool has(std::string_view name);
    std::string text(std::string_view name); // empty: absent
    std::optional<std::uint64_t> number(std::string_view name);
    bool flag(std::string_view name);               // false: absent
    std::string_view object(std::string_view name); // its JSON; empty: absent
    const std::optional<emits::Problem> &problem();

private:
    std::string_view value(std::string_view name);

    std::string_view json_ = "{}";
    std::vector<std::string_view> asked_;
    std::optional<emits::Problem> problem_;
};

// Why a body that is not declared as JSON is refused.
std::optional<emits::Problem> refuse_type(const net::Request &);

} // namespace roomd::app
