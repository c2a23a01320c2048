#include "net/context.hpp"

#include "net/callback.hpp"
#include "net/copies.hpp"

#include <libwebsockets.h>
#include <openssl/ssl.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstring>
#include <stdexcept>

namespace roomd::net {

namespace {

// Descriptors besides connections: listeners, plugins, databases, files.
constexpr rlim_t other_descriptors = 512;
// Lines of libwebsockets per second: a hostile peer makes it write one per request.
constexpr int most_lines = 5;

std::atomic<log::Logger *> logger{nullptr};

void emit(int level, const char *line) noexcept {
    static std::atomic<std::int64_t> second{0};
    static std::atomic<int> lines{0};
    log::Logger *log = logger.load();
    if (log == nullptr) return;
    const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                                 std::chrono::steady_clock::now().time_since_epoch())
                                 .count();
    if (second.exchange(now) != now) lines = 0;
    if (++lines > most_lines) return;
    std::string_view text(line);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    // Its errors are mostly what a peer did wrong: a stranger must not fill the log.
    static_cast<void>(level);
    log->debug("libwebsockets", {{"line", text}});
}

// Each close makes 4.1.6 walk a table of RLIMIT_NOFILE entries: 1 ms at 1,048,576.  So the limit is
// what the connections need, and no more.
void set_descriptor_limit(std::size_t connections, log::Logger &log) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlim_t need = static_cast<rlim_t>(connections) + other_descriptors;
    if (limit.rlim_max < need)
        log.warning("limits.connections is above what the system allows this process",
                    {{"connections", connections}, {"descriptors", limit.rlim_max}});
    limit.rlim_cur = std::min(need, limit.rlim_max);
    setrlimit(RLIMIT_NOFILE, &limit);
}

int seconds(base::Duration time) noexcept {
    return static_cast<int>(std::max<base::Duration::rep>(1, (time.count() + 999) / 1000));
}

const lws_retry_bo_t no_policy = {}; // no pings of its own: their list is O(n)

} // namespace

Context::Context(Core &core) : core_(core) {
    count_allocations();
    set_descriptor_limit(core.options.connections, core.log());
    logger = &core.log();
    lws_set_log_level(LLL_ERR | LLL_WARN, emit);
    void *loops[1] = {core.loop().raw()};
    lws_context_creation_info info;
    std::memset(&info, 0, sizeof info);
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME | LWS_SERVER_OPTION_VALIDATE_UTF8;
    for (const ListenerOptions &listener : core.options.listeners)
        if (!listener.certificate.empty()) info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.pt_serv_buf_size = 16384;
    info.max_http_header_data = 8192;
    info.timeout_secs = static_cast<unsigned>(seconds(core.options.body_deadline));
    info.timeout_secs_ah_idle = static_cast<unsigned>(seconds(core.options.header_deadline));
    info.pcontext = &core.context;
    info.user = &core;
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    core.context = lws_create_context(&info);
    if (core.context == nullptr)
        throw std::runtime_error("libwebsockets gives no context (is its libuv plugin installed?)");
}

Context::~Context() {
    // Twice, with the loop in between: its handles are closed by the loop.
    for (int pass = 0; pass < 2 && core_.context != nullptr; ++pass) {
        lws_context_destroy(core_.context);
        for (int round = 0; round < 100; ++round)
            core_.loop().run_once_nowait();
    }
    assert(core_.context == nullptr && "libwebsockets is not done with its handles");
    log::Logger *mine = &core_.log();
    logger.compare_exchange_strong(mine, nullptr);
}

lws_vhost *Context::add_vhost(const ListenerOptions &listener) {
    Vhost &own = vhosts_.emplace_back();
    own.name = listener.name;
    std::memset(&own.mount, 0, sizeof own.mount);
    std::memset(own.protocols, 0, sizeof own.protocols);
    std::memset(own.chosen, 0, sizeof own.chosen);
    lws_protocols &http = own.protocols[0];
    http.name = "http";
    http.callback = callback;
    http.rx_buffer_size = core_.options.rx_buffer;
    http.tx_packet_size = 1u << 20; // less, and each write is cut and the rest copied
    // 4.1.6 answers no subprotocol but the name of one of these.
    own.protocols[1] = http;
    own.protocols[1].name = own.chosen;
    // With this mount a held GET stays in a state in which 4.1.6 sees the peer go; without it a
    // FIN or any byte spins the CPU until it is answered.
    own.mount.mountpoint = "/";
    own.mount.mountpoint_len = 1;
    own.mount.origin = "http";
    own.mount.origin_protocol = LWSMPRO_CALLBACK;
    lws_context_creation_info info;
    std::memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.protocols = own.protocols;
    info.user = &own;
    info.mounts = &own.mount;
    info.retry_and_idle_policy = &no_policy;
    info.keepalive_timeout = seconds(core_.options.keep_alive);
    info.vhost_name = own.name.c_str();
    info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
    if (!listener.certificate.empty()) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = listener.certificate.c_str();
        info.ssl_private_key_filepath = listener.key.c_str();
        info.ssl_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;
        info.alpn = "http/1.1"; // HTTP/2 is never spoken
    }
    lws_vhost *vhost = lws_create_vhost(core_.context, &info);
    if (vhost == nullptr) throw std::runtime_error("libwebsockets gives no vhost");
    return vhost;
}

void Context::choose_subprotocol(lws *wsi, std::string_view name) noexcept {
    Vhost &own = *static_cast<Vhost *>(lws_vhost_user(lws_get_vhost(wsi)));
    own.chosen[name.copy(own.chosen, sizeof own.chosen - 1)] = '\0';
}

void Context::reload_certificates(const Options &options) {
    for (const ListenerOptions &listener : options.listeners)
        if (!listener.certificate.empty())
            lws_tls_cert_updated(core_.context, listener.certificate.c_str(), listener.key.c_str(),
                                 nullptr, 0, nullptr, 0);
}

} // namespace roomd::net
