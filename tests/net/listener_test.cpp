#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

using namespace roomd;
using namespace roomd::test;

namespace {

// A folder of its own, gone with the test.
struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/roomd-net-XXXXXX";
        path = mkdtemp(name);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    std::string operator/(const std::string &name) const { return path + "/" + name; }
};

// Writes a self-signed certificate for `name` and its key.
void make_certificate(const std::string &certificate, const std::string &key, const char *name) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"),
                                                                   &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char *>(name), -1, -1, 0);
    X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get()));
    X509_set_pubkey(x509.get(), pair.get());
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    std::FILE *out = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(out, x509.get());
    std::fclose(out);
    out = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(out, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
}

// A TLS client over a raw one.
class Tls {
public:
    explicit Tls(const std::string &address, const char *alpn = nullptr) :
        wire_(address),
        context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
        ssl_(SSL_new(context_.get()), &SSL_free) {
        if (alpn != nullptr)
            SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char *>(alpn),
                                static_cast<unsigned>(std::char_traits<char>::length(alpn)));
        SSL_set_fd(ssl_.get(), wire_.fd());
        const timeval limit{5, 0};
        setsockopt(wire_.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        connected = SSL_connect(ssl_.get()) == 1;
    }
    ~Tls() { SSL_shutdown(ssl_.get()); }
    Tls(const Tls &) = delete;
    Tls &operator=(const Tls &) = delete;

    void send(const std::string &bytes) {
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string until(const std::string &text) {
        std::string out;
        char bytes[16384];
        while (out.find(text) == std::string::npos) {
            const int n = SSL_read(ssl_.get(), bytes, sizeof bytes);
            if (n <= 0) break;
            out.append(bytes, static_cast<std::size_t>(n));
        }
        return out;
    }
    std::string subject() {
        const std::unique_ptr<X509, decltype(&X509_free)> x509(
            SSL_get1_peer_certificate(ssl_.get()), &X509_free);
        char name[100] = "";
        if (x509)
            X509_NAME_get_text_by_NID(X509_get_subject_name(x509.get()), NID_commonName, name,
                                      sizeof name);
        return name;
    }
    std::string protocol() {
        const unsigned char *name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &size);
        return {reinterpret_cast<const char *>(name), size};
    }
    bool connected = false;

private:
    Wire wire_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

Rig::Setup listening(const std::vector<std::string> &names) {
    Rig::Setup setup;
    setup.net.listeners.clear();
    for (const std::string &name : names) {
        net::ListenerOptions listener;
        listener.name = name;
        setup.net.listeners.push_back(listener);
    }
    return setup;
}

} // namespace

TEST_CASE("one server listens on IPv4, IPv6 and a Unix socket, which has its mode") {
    const Folder folder;
    const std::string path = folder / "s.sock";
    Rig::Setup setup = listening({"127.0.0.1:0", "[::1]:0", "unix:" + path});
    setup.net.listeners[2].mode = 0600;
    {
        Rig rig(setup);
        for (std::size_t i = 0; i < 3; ++i) {
            CAPTURE(rig.address(i));
            Wire wire = websocket(rig.address(i));
            wire.send(ws(1, "4x"));
            CHECK(wire.frame().payload == "4x");
            const char *expected[] = {"127.0.0.1", "::1", "unix"};
            CHECK(rig.call([&](net::Server &, session::Sessions &sessions, Echo &echo) {
                CHECK(sessions.handshake(echo.newest)->address == expected[i]);
                CHECK(sessions.handshake(echo.newest)->listener == setup.net.listeners[i].name);
            }));
        }
        struct stat st {};
        CHECK(stat(path.c_str(), &st) == 0);
        CHECK((st.st_mode & 07777) == 0600);
        CHECK(rig.address(2) == "unix:" + path);
    }
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("an address that is none, or is taken, is a set-up error") {
    Rig rig;
    for (const std::string &name :
         {std::string("localhost:1"), std::string("127.0.0.1"), std::string("127.0.0.1:70000"),
          std::string("[::g]:1"), std::string("unix:relative"), std::string("127.0.0.1:"),
          "unix:/" + std::string(200, 'x'), rig.address()}) {
        CAPTURE(name);
        CHECK_THROWS(Rig(listening({name})));
    }
}

TEST_CASE("TLS serves websockets, polling and pipelined guards, and never HTTP/2") {
    const Folder folder;
    make_certificate(folder / "c.pem", folder / "k.pem", "first");
    Rig::Setup setup = listening({"127.0.0.1:0", "127.0.0.1:0"});
    setup.net.listeners[0].certificate = folder / "c.pem";
    setup.net.listeners[0].key = folder / "k.pem";
    Rig rig(setup);
    Tls ws1(rig.address(0), "\x02h2\x08http/1.1");
    REQUIRE(ws1.connected);
    CHECK(ws1.protocol() == "http/1.1");
    ws1.send(upgrade(engine + "websocket"));
    CHECK(ws1.until("maxPayload").find("101 Switching") != std::string::npos);
    const std::string large(60000, 'l');
    ws1.send(ws(1, "4" + large + large + "end"));
    CHECK(ws1.until("end").size() <= 120004 + 8 * 4); // in fragments, or whole
    CHECK(rig.call([](net::Server &, session::Sessions &sessions, Echo &echo) {
        CHECK(sessions.handshake(echo.newest)->secure);
    }));
    Tls poll(rig.address(0));
    poll.send(get(engine + "polling"));
    const std::string open = poll.until("maxPayload");
    const std::string sid = open.substr(open.find("\"sid\":\"") + 7, 20);
    poll.send(post(engine + "polling&sid=" + sid, "4" + large));
    CHECK(poll.until("\r\n\r\nok").find("200 OK") != std::string::npos);
    poll.send(get(engine + "polling&sid=" + sid));
    CHECK(poll.until(large).find("4" + large) != std::string::npos);
    Tls hostile(rig.address(0));
    hostile.send(get("/x") + post("/x", "abc"));
    CHECK(hostile.until("\"}}HTTP/1.1 4").find("404") != std::string::npos);
    Wire plain = websocket(rig.address(1)); // beside it, without TLS
    plain.send(ws(1, "4x"));
    CHECK(plain.frame().payload == "4x");
    // No TLS where TLS is spoken.  When the bytes are there before the accept, the adoption itself
    // fails, and libwebsockets frees what it made only later.
    for (int i = 0; i < 50; ++i) {
        Wire wrong(rig.address(0));
        wrong.send(get("/x"));
        CHECK(wrong.ends());
    }
}

TEST_CASE("a new certificate is served after a reload, a broken one changes nothing") {
    const Folder folder;
    make_certificate(folder / "c.pem", folder / "k.pem", "first");
    Rig::Setup setup = listening({"127.0.0.1:0"});
    setup.net.listeners[0].certificate = folder / "c.pem";
    setup.net.listeners[0].key = folder / "k.pem";
    Rig rig(setup);
    CHECK(Tls(rig.address()).subject() == "first");
    make_certificate(folder / "c.pem", folder / "other.pem", "broken");
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        CHECK_THROWS(server.check(setup.net));
        CHECK_THROWS(server.reconfigure(setup.net));
    }));
    CHECK(Tls(rig.address()).subject() == "first");
    make_certificate(folder / "c.pem", folder / "k.pem", "second");
    CHECK(rig.call([&](net::Server &server, session::Sessions &, Echo &) {
        CHECK_NOTHROW(server.reconfigure(setup.net));
    }));
    CHECK(Tls(rig.address()).subject() == "second");
}

TEST_CASE("a certificate that cannot be read is a set-up error") {
    Rig::Setup setup = listening({"127.0.0.1:0"});
    setup.net.listeners[0].certificate = "/nowhere/c.pem";
    setup.net.listeners[0].key = "/nowhere/k.pem";
    CHECK_THROWS(Rig(setup));
}

TEST_CASE("a header that never comes is given up under TLS too") {
    const Folder folder;
    make_certificate(folder / "c.pem", folder / "k.pem", "first");
    Rig::Setup setup = listening({"127.0.0.1:0"});
    setup.net.listeners[0].certificate = folder / "c.pem";
    setup.net.listeners[0].key = folder / "k.pem";
    setup.net.header_deadline = base::Duration(300);
    Rig rig(setup);
    Wire silent(rig.address());
    CHECK(silent.ends(2000ms));
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 0; }));
}

TEST_CASE("connections over the limit are told 503, and room that is made is used") {
    Rig::Setup setup;
    setup.net.connections = 2;
    Rig rig(setup);
    Wire one = websocket(rig.address());
    {
        const Wire two = websocket(rig.address());
        Wire three(rig.address());
        three.send(upgrade(engine + "websocket"));
        const Reply reply = three.reply();
        CHECK(reply.status == 503);
        CHECK_FALSE(reply.header("retry-after").empty());
        CHECK(three.ends(2000ms));
        CHECK(rig.sessions() == 2);
    }
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 1; }));
    Wire four = websocket(rig.address());
    four.send(ws(1, "4x"));
    CHECK(four.frame().payload == "4x");
    CHECK(rig.totals().refused_limit == 1);
}

TEST_CASE("far over the limit connections are just closed") {
    Rig::Setup setup;
    setup.net.connections = 0;
    Rig rig(setup);
    std::vector<Wire> many;
    for (int i = 0; i < 70; ++i)
        many.emplace_back(rig.address());
    CHECK(many.back().ends(2000ms));
    CHECK(rig.totals().open <= 64);
}

TEST_CASE("after stop_accepting connections are refused, open ones go on") {
    Rig rig;
    Wire wire = websocket(rig.address());
    CHECK(rig.call(
        [](net::Server &server, session::Sessions &, Echo &) { server.stop_accepting(); }));
    CHECK_THROWS(Wire(rig.address()));
    wire.send(ws(1, "4x"));
    CHECK(wire.frame().payload == "4x");
}

TEST_CASE("without a free descriptor a connection is refused and the loop does not spin") {
    Rig rig;
    Wire first = websocket(rig.address());
    rlimit old{};
    CHECK(rig.call(
        [&](net::Server &, session::Sessions &, Echo &) { getrlimit(RLIMIT_NOFILE, &old); }));
    Wire waiting(rig.address());
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open == 2; }));
    // The next descriptor would be the first above the limit.
    const int next = dup(0);
    close(next);
    rlimit none = old;
    none.rlim_cur = static_cast<rlim_t>(next) + 1; // the client's own socket still fits
    setrlimit(RLIMIT_NOFILE, &none);
    Wire refused(rig.address());
    CHECK(refused.ends(2000ms));
    const std::uint64_t before = rig.turns();
    CHECK(first.silent(250ms));
    CHECK(rig.turns() - before < 100);
    setrlimit(RLIMIT_NOFILE, &old);
    Wire later = websocket(rig.address());
    later.send(ws(1, "4x"));
    CHECK(later.frame().payload == "4x");
}

TEST_CASE("the soft limit of descriptors is what the connections need") {
    rlimit before{}, during{};
    getrlimit(RLIMIT_NOFILE, &before);
    {
        Rig::Setup setup;
        setup.net.connections = 700;
        Rig rig(setup);
        getrlimit(RLIMIT_NOFILE, &during);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    CHECK(during.rlim_cur == 700 + 512);
    CHECK(during.rlim_max == before.rlim_max);
}

TEST_CASE("connections of every kind are ended by the destructor without a leak") {
    Rig rig;
    std::vector<Wire> open;
    for (int i = 0; i < 20; ++i) {
        open.push_back(websocket(rig.address()));
        open.emplace_back(rig.address()); // says nothing
        open.emplace_back(rig.address());
        open.back().send("GET /half HTTP/1.1\r\n");
        const std::string sid = polling(rig.address());
        open.emplace_back(rig.address());
        open.back().send(get(engine + "polling&sid=" + sid)); // held
    }
    CHECK(rig.until([](net::Server &server, Echo &) { return server.totals().open >= 80; }));
}

TEST_CASE("the client bundle is served with its tag, and only by its eight names") {
    const Folder folder;
    std::ofstream(folder / "socket.io.min.js") << "client();";
    std::ofstream(folder / "socket.io.min.js.map") << "{}";
    std::ofstream(folder / "secret.js") << "secret";
    Rig::Setup setup;
    setup.net.client_bundle = folder.path;
    Rig rig(setup);
    Wire wire(rig.address());
    wire.send(get("/socket.io/socket.io.min.js", "Origin: https://a.example\r\n"));
    const Reply reply = wire.reply();
    CHECK(reply.status == 200);
    CHECK(reply.body == "client();");
    CHECK(reply.header("content-type") == "application/javascript; charset=utf-8");
    CHECK(reply.header("cache-control") == "public, max-age=0");
    CHECK(reply.header("access-control-allow-origin") == "https://a.example");
    const std::string tag = reply.header("etag");
    for (const std::string &known : {tag, "W/" + tag}) {
        wire.send(get("/socket.io/socket.io.min.js", "If-None-Match: " + known + "\r\n"));
        const Reply same = wire.reply();
        CHECK(same.status == 304);
        CHECK(same.body.empty());
    }
    wire.send(get("/socket.io/socket.io.min.js.map"));
    CHECK(wire.reply().header("content-type") == "application/json; charset=utf-8");
    wire.send("HEAD /socket.io/socket.io.min.js HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(wire.reply(true).header("content-length") == "9");
    for (const char *name : {"secret.js", "../secret.js", "socket.io.js", "%2e%2e/secret.js"}) {
        wire.send(get(std::string("/socket.io/") + name));
        CHECK(wire.reply().body.find("secret") == std::string::npos);
    }
    setup.net.client_bundle = folder / "nowhere";
    CHECK_THROWS(Rig(setup));
}
