#include "net/context.hpp"

#include "http/proxy_header.hpp"
#include "net/socket.hpp"

#include <libwebsockets.h>
#include <openssl/ssl.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cstring>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace roomd::net {

namespace {

// Descriptors besides connections: listeners, plugins, databases, files.
constexpr rlim_t other_descriptors = 512;
// Log lines of libwebsockets per second: a hostile peer can cause one per request.
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
    // Its errors are mostly peers' mistakes: a stranger must not fill the log.
    static_cast<void>(level);
    log->debug("libwebsockets", {{"line", text}});
}

// The first complaint of libwebsockets while it makes a context: it gives no other reason.
std::string context_fault;

void remember(int, const char *line) noexcept {
    if (!context_fault.empty()) return;
    context_fault.assign(line, std::strcspn(line, "\n"));
}

lws_context *make_context(const lws_context_creation_info &info) {
    context_fault.clear();
    lws_set_log_level(LLL_ERR, remember);
    lws_context *made = lws_create_context(&info);
    lws_set_log_level(LLL_ERR | LLL_WARN, emit);
    if (made != nullptr) return made;
    std::string what = "libwebsockets cannot create a context: " + context_fault;
    if (context_fault.find("evlib") != std::string::npos)
        what += " (its event library for libuv is a package of its own: on Debian "
                "libwebsockets-evlib-uv)";
    throw std::runtime_error(what);
}

// At each close 4.1.6 walks a table of RLIMIT_NOFILE entries: 1 ms at 1,048,576.  So the limit is
// no more than the connections need.
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

int callback(lws *wsi, lws_callback_reasons why, void *user, void *in, std::size_t size) noexcept {
    if (why == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS)
        return Context::on_tls(lws_vhost_user(static_cast<lws_vhost *>(in)),
                               static_cast<SSL_CTX *>(user));
    return Socket::callback(wsi, why, user, in, size);
}

const lws_retry_bo_t no_policy = {}; // no pings of its own: their list is O(n)

} // namespace

Context::Context(Core &core) : core_(core) {
    set_descriptor_limit(core.options().connections, core.log());
    logger = &core.log();
    void *loops[1] = {core.loop().raw()};
    lws_context_creation_info info;
    std::memset(&info, 0, sizeof info);
    info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_SKIP_SERVER_CANONICAL_NAME;
    for (const ListenerOptions &listener : core.options().listeners)
        if (!listener.certificate.empty()) info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.foreign_loops = loops;
    info.pt_serv_buf_size = 32768; // with 16,384 or less a full TLS record is never read
    info.timeout_secs = static_cast<unsigned>(seconds(core.options().header_deadline));
    info.pcontext = &core.carrier().context;
    info.user = &core.carrier();
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    core.carrier().context = make_context(info);
}

Context::~Context() {
    // Twice, with the loop in between, which closes its handles.
    for (int pass = 0; pass < 2 && core_.carrier().context != nullptr; ++pass) {
        lws_context_destroy(core_.carrier().context);
        for (int round = 0; round < 100; ++round)
            core_.loop().run_once_nowait();
    }
    assert(core_.carrier().context == nullptr && "libwebsockets is not done with its handles");
    log::Logger *mine = &core_.log();
    logger.compare_exchange_strong(mine, nullptr);
}

lws_vhost *Context::add_vhost(const ListenerOptions &listener) {
    Vhost &own = vhosts_.emplace_back();
    own.name = listener.name;
    std::memset(own.protocols, 0, sizeof own.protocols);
    own.protocols[0].name = "raw";
    own.protocols[0].callback = callback;
    lws_context_creation_info info;
    std::memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
    info.protocols = own.protocols;
    info.retry_and_idle_policy = &no_policy;
    info.vhost_name = own.name.c_str();
    if (!listener.certificate.empty()) {
        own.certificates = std::make_unique<const Certificates>(listener);
        own.offer = listener.tls;
        own.core = &core_;
        info.user = &own;
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = listener.certificate.c_str();
        info.ssl_private_key_filepath = listener.key.c_str();
        info.ssl_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;
        info.alpn = "http/1.1"; // no HTTP/2
    }
    lws_vhost *vhost = lws_create_vhost(core_.carrier().context, &info);
    if (vhost == nullptr)
        throw std::runtime_error(own.fault.empty() ? "libwebsockets cannot create a vhost"
                                                   : own.fault);
    return vhost;
}

int Context::on_tls(void *vhost_user, SSL_CTX *context) noexcept {
    auto &own = *static_cast<Vhost *>(vhost_user);
    own.tls = context;
    try {
        offer(context, own.offer);
    } catch (const std::exception &e) {
        own.fault = e.what();
        return 1;
    }
    // Not in the context itself: what handshakes that have begun use stays as it is.
    const auto give = [](SSL *ssl, void *of) noexcept {
        return static_cast<const Vhost *>(of)->certificates->use(ssl) ? 1 : 0;
    };
    SSL_CTX_set_cert_cb(context, give, &own);
    // The first bytes, which OpenSSL takes for the head of a record, and shows to nobody else.
    const auto first = [](int sent, int, int type, const void *bytes, std::size_t size, SSL *ssl,
                          void *of) noexcept {
        if (sent != 0 || type != SSL3_RT_HEADER) return;
        SSL_set_msg_callback(ssl, nullptr);
        const auto &vhost = *static_cast<const Vhost *>(of);
        if (!http::may_be_proxy_header({static_cast<const char *>(bytes), size})) return;
        vhost.core->complaints().tell(Complaints::About::unexpected, vhost.name,
                                      peer_of_socket(SSL_get_fd(ssl)));
    };
    SSL_CTX_set_msg_callback(context, first);
    SSL_CTX_set_msg_callback_arg(context, &own);
    return 0;
}

Context::Read Context::read_certificates(const Options &options) {
    Read out;
    for (const ListenerOptions &listener : options.listeners) {
        out.emplace_back();
        if (listener.certificate.empty()) continue;
        try {
            check_offer(listener.tls);
            out.back() = std::make_unique<const Certificates>(listener);
        } catch (...) {
            std::throw_with_nested(std::runtime_error("listen " + listener.name));
        }
    }
    return out;
}

void Context::use(Read read, const Options &options) noexcept {
    std::size_t i = 0;
    for (Vhost &own : vhosts_) { // one for each listener
        if (own.tls != nullptr && read[i]) {
            own.certificates = std::move(read[i]);
            if (own.offer != options.listeners[i].tls) {
                own.offer = options.listeners[i].tls;
                offer(own.tls, own.offer);
            }
        }
        ++i;
    }
}

const Certificates *Context::certificates(std::size_t listener) const noexcept {
    auto own = vhosts_.begin();
    std::advance(own, listener);
    return own->certificates.get();
}

} // namespace roomd::net
