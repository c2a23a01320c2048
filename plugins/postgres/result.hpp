#pragma once

#include <charconv>
#include <cstdint>
#include <libpq-fe.h>
#include <memory>
#include <string_view>

namespace roomd::postgres {

// What a server answered: rows of text, or an error.
class Result {
public:
    explicit Result(PGresult *raw = nullptr) noexcept : raw_(raw) {}

    const PGresult *get() const noexcept { return raw_.get(); }
    explicit operator bool() const noexcept { return raw_ != nullptr; }
    ExecStatusType status() const noexcept { return PQresultStatus(raw_.get()); }
    int rows() const noexcept { return PQntuples(raw_.get()); }
    int columns() const noexcept { return PQnfields(raw_.get()); }
    bool null(int row, int column) const noexcept {
        return PQgetisnull(raw_.get(), row, column) != 0;
    }
    // Empty for NULL.  A view into this.
    std::string_view text(int row, int column) const noexcept {
        return {PQgetvalue(raw_.get(), row, column),
                static_cast<std::size_t>(PQgetlength(raw_.get(), row, column))};
    }
    // 0 for NULL and for text that is not a number.
    std::int64_t whole(int row, int column) const noexcept {
        const auto digits = text(row, column);
        std::int64_t out = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), out);
        return out;
    }
    std::string_view error() const noexcept { return PQresultErrorMessage(raw_.get()); }
    std::string_view sqlstate() const noexcept {
        const char *const code = PQresultErrorField(raw_.get(), PG_DIAG_SQLSTATE);
        return code == nullptr ? std::string_view() : std::string_view(code);
    }

private:
    struct Clear {
        void operator()(PGresult *raw) const noexcept { PQclear(raw); }
    };
    std::unique_ptr<PGresult, Clear> raw_;
};

} // namespace roomd::postgres
