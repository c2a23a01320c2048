#include "webhook/courier.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace roomd::webhook {

// Not in the unnamed namespace: Courier::Impl has them.
struct FreeEasy {
    void operator()(CURL *easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist *list) const noexcept { curl_slist_free_all(list); }
};
struct FreeMulti {
    void operator()(CURLM *multi) const noexcept { curl_multi_cleanup(multi); }
};

struct Transfer {
    Post post;
    Courier::Done done;
    Reply reply;
    bool too_big = false;
    std::size_t head = 0; // bytes of it so far
    std::unique_ptr<curl_slist, FreeList> headers;
    std::unique_ptr<CURL, FreeEasy> easy;
};

namespace {

constexpr long connect_timeout_ms = 5000;
constexpr long most_kept_connections = 32;
constexpr std::chrono::seconds longest_retry_after{60};
constexpr std::size_t longest_head = 64 << 10; // of a response

// Once in a process.  Takes tens of milliseconds for TLS, so not where the daemon's loop waits.
void begin_libcurl() {
    static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) throw std::runtime_error("libcurl does not start");
}

std::size_t take_body(char *bytes, std::size_t, std::size_t size, void *user) noexcept {
    auto &transfer = *static_cast<Transfer *>(user);
    if (transfer.reply.body.size() + size > transfer.post.most) {
        transfer.too_big = true;
        return CURL_WRITEFUNC_ERROR;
    }
    transfer.reply.body.append(bytes, size);
    return size;
}

// libcurl keeps them all.
std::size_t take_head(char *, std::size_t, std::size_t size, void *user) noexcept {
    auto &transfer = *static_cast<Transfer *>(user);
    transfer.head += size;
    transfer.too_big = transfer.too_big || transfer.head > longest_head;
    return transfer.too_big ? 0 : size;
}

void add_header(Transfer &transfer, const std::string &line) {
    curl_slist *const longer = curl_slist_append(transfer.headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)transfer.headers.release();
    transfer.headers.reset(longer);
}

template <class Value> void set(CURL *easy, CURLoption option, Value value) {
    if (curl_easy_setopt(easy, option, value) != CURLE_OK)
        throw std::runtime_error("libcurl lacks an option that is needed");
}

void prepare(Transfer &transfer) {
    begin_libcurl();
    transfer.easy.reset(curl_easy_init());
    CURL *const easy = transfer.easy.get();
    if (easy == nullptr) throw std::bad_alloc();
    const Post &post = transfer.post;
    add_header(transfer, "Content-Type: application/json");
    add_header(transfer, "Roomd-Signature: " + post.signature);
    add_header(transfer, "Expect:"); // no round trip before the body
    set(easy, CURLOPT_URL, post.url.c_str());
    set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!post.ca.empty()) set(easy, CURLOPT_CAINFO, post.ca.c_str());
    set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(easy, CURLOPT_USERAGENT, "roomd-webhook/1");
    set(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    set(easy, CURLOPT_POST, 1L);
    set(easy, CURLOPT_POSTFIELDS, post.body.data());
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
    set(easy, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(post.timeout.count())));
    set(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    set(easy, CURLOPT_NOSIGNAL, 1L);
    // A name server that does not answer holds up neither a cancel nor the end.
    set(easy, CURLOPT_QUICK_EXIT, 1L);
    set(easy, CURLOPT_HEADERFUNCTION, &take_head);
    set(easy, CURLOPT_HEADERDATA, &transfer);
    set(easy, CURLOPT_WRITEFUNCTION, &take_body);
    set(easy, CURLOPT_WRITEDATA, &transfer);
    set(easy, CURLOPT_PRIVATE, &transfer);
}

void finish(Transfer &transfer, CURLcode result) {
    Reply &reply = transfer.reply;
    CURL *const easy = transfer.easy.get();
    if (result == CURLE_OK) {
        long status = 0;
        curl_off_t retry_after = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
        reply.status = static_cast<int>(status);
        if (status == 429 || status == 503)
            reply.retry_after = std::clamp(std::chrono::seconds(retry_after),
                                           std::chrono::seconds(0), longest_retry_after);
        return;
    }
    reply.body.clear();
    reply.why = transfer.too_big ? "the response is too big" : curl_easy_strerror(result);
    reply.unsent = result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST;
}

} // namespace

struct Courier::Impl {
    std::unordered_map<std::uint64_t, std::unique_ptr<Transfer>> transfers; // freed before multi
    std::unique_ptr<CURLM, FreeMulti> multi;
    std::uint64_t last = 0;

    // False: nothing has ended.
    bool collect() {
        int left = 0;
        bool any = false;
        while (const CURLMsg *message = curl_multi_info_read(multi.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode result = message->data.result;
            void *user = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
            curl_multi_remove_handle(multi.get(), message->easy_handle); // ends `message`
            const auto found =
                std::find_if(transfers.begin(), transfers.end(),
                             [&](const auto &one) { return one.second.get() == user; });
            const auto ended = std::move(found->second);
            transfers.erase(found);
            finish(*ended, result);
            ended->done(ended->reply);
            any = true;
        }
        return any;
    }
};

Courier::Courier() : impl_(std::make_unique<Impl>()) {
    impl_->multi.reset(curl_multi_init());
    if (impl_->multi == nullptr) throw std::bad_alloc();
    curl_multi_setopt(impl_->multi.get(), CURLMOPT_MAXCONNECTS, most_kept_connections);
}

Courier::~Courier() {
    for (const auto &[id, transfer] : impl_->transfers)
        curl_multi_remove_handle(impl_->multi.get(), transfer->easy.get());
    impl_->transfers.clear();
}

std::uint64_t Courier::post(Post post, Done done) {
    auto transfer = std::make_unique<Transfer>();
    transfer->post = std::move(post);
    transfer->done = std::move(done);
    prepare(*transfer);
    if (curl_multi_add_handle(impl_->multi.get(), transfer->easy.get()) != CURLM_OK)
        throw std::runtime_error("libcurl takes no transfer");
    const std::uint64_t id = ++impl_->last;
    impl_->transfers.emplace(id, std::move(transfer));
    return id;
}

void Courier::cancel(std::uint64_t id) {
    const auto found = impl_->transfers.find(id);
    if (found == impl_->transfers.end()) return;
    curl_multi_remove_handle(impl_->multi.get(), found->second->easy.get());
    impl_->transfers.erase(found);
}

// What `done` posts waits for the next call: its owner may have timers to look at before.
void Courier::poll(std::chrono::milliseconds wait) {
    int running = 0;
    curl_multi_perform(impl_->multi.get(), &running);
    if (impl_->collect()) return;
    curl_multi_poll(impl_->multi.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
    curl_multi_perform(impl_->multi.get(), &running);
    impl_->collect();
}

void Courier::wake() noexcept {
    curl_multi_wakeup(impl_->multi.get());
}

} // namespace roomd::webhook
