#pragma once

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace roomd::test {

// A PostgreSQL of this test's own: tests/support/postgres.py, spoken to over two pipes.
class Server {
public:
    explicit Server(const std::string &sql_folder = {}) {
        int in[2], out[2];
        if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
            throw std::runtime_error("pipe");
        pid_ = fork();
        if (pid_ == 0) {
            dup2(in[0], 0);
            dup2(out[1], 1);
            if (sql_folder.empty())
                execlp("python3", "python3", POSTGRES_SCRIPT, nullptr);
            else
                execlp("python3", "python3", POSTGRES_SCRIPT, sql_folder.c_str(), nullptr);
            _exit(127);
        }
        close(in[0]);
        close(out[1]);
        to_ = fdopen(in[1], "w");
        from_ = fdopen(out[0], "r");
        const auto said = line();
        if (std::sscanf(said.c_str(), "ready %d", &port_) != 1)
            throw std::runtime_error("no PostgreSQL: " + said);
    }
    ~Server() {
        std::fclose(to_); // it stops the server and removes the folder
        while (!line().empty()) {
        }
        std::fclose(from_);
        waitpid(pid_, nullptr, 0);
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;

    // "stop", "start", "restart immediate", "freeze", "thaw"
    void tell(const std::string &command) {
        std::fprintf(to_, "%s\n", command.c_str());
        std::fflush(to_);
        if (const auto said = line(); said != "ok\n")
            throw std::runtime_error(command + ": " + said);
    }
    std::string dsn(const std::string &user = "postgres", const std::string &more = {},
                    const std::string &database = "postgres") const {
        return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database +
               more;
    }
    int port() const { return port_; }

    using Rows = std::vector<std::vector<std::string>>;
    // Blocks.  Throws what the server says.
    Rows query(const std::string &sql, const std::string &database = "postgres") const {
        const std::unique_ptr<PGconn, void (*)(PGconn *)> link(
            PQconnectdb(dsn("postgres", {}, database).c_str()), PQfinish);
        const std::unique_ptr<PGresult, void (*)(PGresult *)> answer(
            PQexec(link.get(), sql.c_str()), PQclear);
        const auto status = PQresultStatus(answer.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            throw std::runtime_error(PQerrorMessage(link.get()));
        Rows rows(static_cast<std::size_t>(PQntuples(answer.get())));
        for (std::size_t r = 0; r < rows.size(); ++r) {
            for (int c = 0; c < PQnfields(answer.get()); ++c)
                rows[r].emplace_back(PQgetvalue(answer.get(), static_cast<int>(r), c));
        }
        return rows;
    }
    std::string one(const std::string &sql, const std::string &database = "postgres") const {
        return query(sql, database).at(0).at(0);
    }

private:
    std::string line() {
        char text[512];
        return std::fgets(text, sizeof text, from_) == nullptr ? std::string() : text;
    }
    pid_t pid_ = -1;
    FILE *to_ = nullptr, *from_ = nullptr;
    int port_ = 0;
};

} // namespace roomd::test
