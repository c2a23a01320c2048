#include "app/exit_code.hpp"
#include "cli/cli.hpp"

#include <cstdio>
#include <exception>
#include <iostream>

namespace {

// "listen 127.0.0.1:3001: bind: Address already in use", from the outermost to the cause.
void print(const std::exception &e, bool first = true) {
    std::fprintf(stderr, first ? "roomd: %s" : ": %s", e.what());
    try {
        std::rethrow_if_nested(e);
    } catch (const std::exception &cause) {
        print(cause, false);
    } catch (...) {
        std::fprintf(stderr, ": unknown exception");
    }
}

} // namespace

int main(int argc, char **argv) {
    try {
        roomd::cli::Io io{std::cin, std::cout, std::cerr};
        return roomd::cli::run(argc, argv, io);
    } catch (const std::exception &e) {
        print(e);
        std::fputc('\n', stderr);
        return roomd::app::exit_runtime;
    }
}
