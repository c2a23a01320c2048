#include "app/exit_code.hpp"
#include "base/text.hpp"
#include "cli/cli.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <unistd.h>

// jemalloc's own, read before main(): one arena for the loop and one for all others, and what is
// not used for two seconds goes back to the system, with nobody calling too.
extern "C" __attribute__((visibility("default"))) const char *malloc_conf;
const char *malloc_conf =
    "narenas:2,background_thread:true,max_background_threads:1,dirty_decay_ms:2000,"
    "muzzy_decay_ms:0";

namespace {

// "listen 127.0.0.1:3001: bind: Address already in use", from the outermost to the cause.
// What a plugin or the system said is in it, so it goes to the terminal as visible text.
std::string told(const std::exception &e) {
    std::string out = ": ";
    roomd::base::append_visible(out, e.what(), roomd::base::Breaks::kept);
    try {
        std::rethrow_if_nested(e);
    } catch (const std::exception &cause) {
        out += told(cause);
    } catch (...) {
        out += ": unknown exception";
    }
    return out;
}

// A file or a socket that takes the number of a closed standard stream would get what is printed.
void open_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != stream) std::abort();
}

} // namespace

int main(int argc, char **argv) {
    open_standard_streams();
    try {
        roomd::cli::Io io{std::cin, std::cout, std::cerr};
        return roomd::cli::run(argc, argv, io);
    } catch (const std::exception &e) {
        std::fprintf(stderr, "roomd%s\n", told(e).c_str());
        return roomd::app::exit_runtime;
    }
}
