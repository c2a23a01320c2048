#include "fetch/get.hpp"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace roomd::fetch {
namespace {

struct Release {
    void operator()(CURL *handle) const noexcept { curl_easy_cleanup(handle); }
};

// What one transfer has received, for libcurl's callbacks.
struct Transfer {
    Answer &answer;
    std::size_t most;
    const std::atomic<bool> &stop;
    bool too_large = false;
};

std::size_t take(char *bytes, std::size_t, std::size_t size, void *to) noexcept {
    auto &transfer = *static_cast<Transfer *>(to);
    transfer.too_large = size > transfer.most - transfer.answer.body.size();
    if (transfer.too_large) return CURL_WRITEFUNC_ERROR;
    transfer.answer.body.append(bytes, size);
    return size;
}

int go_on(void *to, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
    return static_cast<Transfer *>(to)->stop.load() ? 1 : 0;
}

std::string cache_control(CURL *handle) {
    constexpr std::size_t longest = 1024;
    curl_header *header = nullptr;
    if (curl_easy_header(handle, "Cache-Control", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return {};
    return std::string(std::string_view(header->value).substr(0, longest));
}

} // namespace

void set_up() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) throw std::runtime_error("libcurl cannot be used");
}

Answer get(const Request &request, const std::atomic<bool> &stop) {
    Answer answer;
    const std::unique_ptr<CURL, Release> owner(curl_easy_init());
    CURL *handle = owner.get();
    if (handle == nullptr) {
        answer.why = "libcurl cannot be used";
        return answer;
    }
    Transfer transfer{answer, request.most, stop};
    char error[CURL_ERROR_SIZE] = "";
    const bool plain = request.url.starts_with("http:");
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, request.any_certificate ? 0L : 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, request.any_certificate ? 0L : 2L);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connect_ms);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, request.whole_ms);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, request.user_agent.c_str());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L); // a hanging name server is not waited for
    if (plain || request.any_certificate) curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, go_on);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
    const CURLcode done = curl_easy_perform(handle);
    long &status = answer.status;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (transfer.too_large)
        answer.why = "the answer is larger than " + std::to_string(request.most) + " bytes";
    else if (done != CURLE_OK)
        answer.why = error[0] != '\0' ? error : curl_easy_strerror(done);
    else if (status >= 300 && status < 400)
        answer.why = "it answers with a redirect (" + std::to_string(status) +
                     "), which is not followed: write the address it leads to";
    else if (status != 200)
        answer.why = "it answers " + std::to_string(status);
    else
        answer.cache_control = cache_control(handle);
    return answer;
}

} // namespace roomd::fetch
