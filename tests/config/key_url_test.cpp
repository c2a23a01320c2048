#include "config/key_url.hpp"

#include <doctest/doctest.h>

#include <string>

using roomd::config::key_url_fault;

TEST_CASE("keys are fetched over https from anywhere, over http from this machine only") {
    for (const char *good :
         {"https://id.example.com/realms/campus/protocol/openid-connect/certs",
          "https://id.example.com:8443/jwks?kid=a%20b&v=2", "https://id.example.com",
          "https://[2001:db8::1]:8443/jwks", "https://192.0.2.1/jwks",
          "https://www.googleapis.com/service_accounts/v1/jwk/"
          "securetoken@system.gserviceaccount.com",
          "http://localhost:8080/jwks", "http://127.0.0.1/jwks", "http://127.9.8.7:1/jwks",
          "http://[::1]:8080/jwks"})
        CHECK_MESSAGE(key_url_fault(good) == nullptr, good);
    for (const char *bad : {"http://id.example.com/jwks",
                            "http://127.0.0.1.example.com/",
                            "http://127.1/",
                            "http://0127.0.0.1/",
                            "http://127.0.0.256/",
                            "http://128.0.0.1/",
                            "http://[::2]/",
                            "http://localhost.example.com/",
                            "http://127.0.0.1@evil.example/",
                            "https://user:password@id.example.com/",
                            "https://id.example.com\\@evil.example/",
                            "https://id.example.com/#keys",
                            "https://id example.com/",
                            "https://",
                            "https:///jwks",
                            "https://:8443/",
                            "https://a:b/",
                            "https://a:0/",
                            "https://a:70000/",
                            "https://[::1/",
                            "https://[::1]x/",
                            "https://b\xc3\xbc.example/",
                            "HTTPS://id.example.com/",
                            "ftp://id.example.com/",
                            "file:///etc/keys",
                            "id.example.com/jwks",
                            ""})
        CHECK_MESSAGE(key_url_fault(bad) != nullptr, bad);
    CHECK(key_url_fault("https://a/" + std::string(2048, 'x')) != nullptr);
}
