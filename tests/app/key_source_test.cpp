#include "app/key_source.hpp"

#include "base/clock.hpp"
#include "fetch/copy.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "vectors/vectors.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <pthread.h>
#include <string>

using namespace roomd;

namespace {

// While it lives no thread can begin: there is no room for a stack as large as this.
class NoThreads {
public:
    NoThreads() {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_getstacksize(&attributes, &before_);
        pthread_attr_destroy(&attributes);
        set(std::size_t{1} << 46);
    }
    ~NoThreads() { set(before_); }
    NoThreads(const NoThreads &) = delete;
    NoThreads &operator=(const NoThreads &) = delete;

private:
    static void set(std::size_t stack) {
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, stack);
        CHECK(pthread_setattr_default_np(&attributes) == 0);
        pthread_attr_destroy(&attributes);
    }
    std::size_t before_ = 0;
};

log::Logger &quiet() {
    static log::Logger logger([] {
        log::Options options;
        options.level = log::Level::error;
        return options;
    }());
    return logger;
}

app::KeySetSource source_in(const std::string &folder) {
    return {"https://id.example.com/jwks", folder, {auth::Algorithm::RS256}};
}

} // namespace

TEST_CASE("where no thread is to be had, keys are fetched later") {
    loop::Loop loop;
    app::KeySource source(loop, quiet(), source_in(""), [] {});
    const NoThreads none;
    source.begin(); // of a reload
    while (source.failures() == 0)
        loop.run_once_nowait();
    CHECK(source.why().find("no thread") != std::string::npos);
    CHECK_FALSE(source.is_at_work());
}

TEST_CASE("the daemon takes no keys from a folder that is not its own") {
    std::string folder = (std::filesystem::temp_directory_path() / "roomd-keys-XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    const app::KeySetSource from = source_in(folder);
    REQUIRE(fetch::write_copy(folder, {from.url, base::unix_ms(), std::chrono::hours(1),
                                       test::vector("key/checking/set.jwks")})
                .empty());
    const NoThreads none; // nothing is fetched
    loop::Loop loop;
    const auto begun_with_keys = [&] {
        app::KeySource source(loop, quiet(), from, [] {});
        source.begin_at_start();
        return source.keys() != nullptr;
    };
    CHECK(begun_with_keys());
    std::filesystem::permissions(folder, std::filesystem::perms::all);
    CHECK_FALSE(begun_with_keys());
    std::filesystem::remove_all(folder);
}
