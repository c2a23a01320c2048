#include "loop/watch.hpp"

#include "loop/loop.hpp"

#include <uv.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace roomd::loop {

struct Watch::Handle {
    uv_poll_t uv;
    std::function<void(bool, bool)> fn;
    int events = 0;

    void start() noexcept {
        uv_poll_start(&uv, events, [](uv_poll_t *p, int status, int ready) noexcept {
            auto &self = *static_cast<Handle *>(p->data);
            const bool failed = status != 0;
            // libuv stops at an error.  It may stand behind data, and one read has only these.
            if (failed) self.start();
            // An error is told as both: the next read or write says which.
            self.fn(failed || (ready & UV_READABLE) != 0, failed || (ready & UV_WRITABLE) != 0);
        });
    }
};

Watch::Watch(Loop &loop, int fd, std::function<void(bool, bool)> fn) :
    handle_(new Handle{{}, std::move(fn)}) {
    if (const int error = uv_poll_init(loop.raw(), &handle_->uv, fd); error != 0) {
        delete handle_;
        throw std::runtime_error(std::string("watch a descriptor: ") + uv_strerror(error));
    }
    handle_->uv.data = handle_;
}

Watch::~Watch() {
    uv_poll_stop(&handle_->uv);
    uv_close(reinterpret_cast<uv_handle_t *>(&handle_->uv),
             [](uv_handle_t *h) noexcept { delete static_cast<Handle *>(h->data); });
}

void Watch::want(bool read, bool write) {
    if (!read && !write) {
        uv_poll_stop(&handle_->uv);
        return;
    }
    handle_->events = (read ? UV_READABLE : 0) | (write ? UV_WRITABLE : 0);
    handle_->start();
}

} // namespace roomd::loop
